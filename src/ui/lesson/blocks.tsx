import { useState } from 'react'
import type { Block, Discussion, Facilitator, FileBlock, Quiz, Run, Task } from '../../lessons/format'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { call } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { HOME, useEditor } from '../state/editor'
import { mark, useProgress } from '../state/progress'
import { showView } from '../state/settings'
import { typeCommands } from '../state/terminals'
import { Commands, Line, Markdown } from './markdown'

/** One block of a lesson. `lesson` is its id, for the reader's progress. */
export function BlockView({ block, lesson }: { block: Block; lesson: string }) {
  switch (block.type) {
    case 'prose':
      return <Markdown content={block.content} />
    case 'run':
      return <RunView block={block} mark={`${lesson}#${block.id}`} />
    case 'file':
      return <FileView block={block} />
    case 'task':
      return <TaskView block={block} mark={`${lesson}#${block.id}`} />
    case 'quiz':
      return <QuizView block={block} mark={`${lesson}#${block.id}`} />
    case 'discussion':
      return <DiscussionView block={block} />
    case 'facilitator':
      return <FacilitatorView block={block} />
  }
}

function RunView({ block, mark: key }: { block: Run; mark: string }) {
  const t = useTranslate()
  const done = useProgress((progress) => progress.runsDone[key] ?? false)
  return (
    <div className="run" data-done={done}>
      <pre tabIndex={0}>
        <Commands text={block.commands} />
      </pre>
      <button
        className="button"
        aria-label={t('lesson.run.label', { command: block.commands.split('\n')[0]! })}
        onClick={() => {
          mark('runsDone', key, true)
          typeCommands(block.commands, { interrupt: block.interrupt })
        }}
      >
        <Icon name={done ? 'check' : 'play'} />
        {t('lesson.run')}
      </button>
    </div>
  )
}

function FileView({ block }: { block: FileBlock }) {
  const t = useTranslate()
  const path = `${HOME}/${block.path}`
  const put = async () => {
    await call('writeFile', { path, text: block.text })
    useEditor.setState({ path })
    showView('editor')
  }
  return (
    <div className="run">
      <p className="run-name">
        <Icon name="file" /> {block.path}
      </p>
      <pre tabIndex={0}>
        <code>{block.text}</code>
      </pre>
      <button className="button" aria-label={t('lesson.file.open', { path: block.path })} onClick={() => void put()}>
        <Icon name="editor" />
        {t('lesson.file')}
      </button>
    </div>
  )
}

function TaskView({ block, mark: key }: { block: Task; mark: string }) {
  const t = useTranslate()
  const done = useProgress((progress) => progress.tasksDone[key] ?? false)
  const hints = useProgress((progress) => progress.hintsShown[key] ?? 0)
  const solved = useProgress((progress) => progress.solutionsShown[key] ?? false)
  const saw = useCluster((cluster) => cluster.findings[key]?.saw)
  return (
    <section
      className="task"
      data-done={done}
      data-task={block.id}
      aria-label={`${t('lesson.task')}: ${t(done ? 'lesson.task.done' : 'lesson.task.open')}`}
    >
      <p className="task-goal">
        <span className="tick" aria-hidden="true">
          {done && <Icon name="check" />}
        </span>
        <span>
          <b className="task-label">{done ? t('lesson.task.done') : t('lesson.task')}</b>
          <Line text={block.goal} />
        </span>
      </p>
      {!done && saw && <p className="saw">{t('lesson.task.saw', { saw })}</p>}
      {block.hints.slice(0, hints).map((hint, index) => (
        <p key={index} className="hint">
          <Line text={hint} />
        </p>
      ))}
      {solved && (
        <div className="run">
          <pre tabIndex={0}>
            <Commands text={block.solution.trimEnd()} />
          </pre>
          <button className="button" onClick={() => typeCommands(block.solution)}>
            <Icon name="play" />
            {t('lesson.solution.run')}
          </button>
        </div>
      )}
      <p className="task-help">
        {hints < block.hints.length && (
          <button className="button bare" onClick={() => mark('hintsShown', key, hints + 1)}>
            {hints === 0 ? t('lesson.hint') : t('lesson.hint.next')}
          </button>
        )}
        {!solved && (
          <button className="button bare" onClick={() => mark('solutionsShown', key, true)}>
            {t('lesson.solution')}
          </button>
        )}
      </p>
    </section>
  )
}

function QuizView({ block, mark: key }: { block: Quiz; mark: string }) {
  const t = useTranslate()
  const answered = useProgress((progress) => progress.quizAnswers[key])
  const [chosen, setChosen] = useState<readonly number[]>(answered ?? [])
  const several = block.answer.length > 1
  const right = answered !== undefined && answered.length === block.answer.length && answered.every((index) => block.answer.includes(index))
  const choose = (index: number, on: boolean) =>
    setChosen(several ? (on ? [...chosen, index] : chosen.filter((other) => other !== index)) : [index])
  return (
    <form
      className="quiz"
      onSubmit={(event) => {
        event.preventDefault()
        mark('quizAnswers', key, chosen)
      }}
    >
      <fieldset>
        <legend>
          <b className="task-label">{t('lesson.quiz')}</b>
          <Line text={block.question} />
        </legend>
        {block.options.map((option, index) => (
          <label key={index} className="option" data-right={right && block.answer.includes(index)}>
            <input
              type={several ? 'checkbox' : 'radio'}
              name={key}
              checked={chosen.includes(index)}
              onChange={(event) => choose(index, event.target.checked)}
            />
            <span>
              <Line text={option} />
            </span>
          </label>
        ))}
      </fieldset>
      <div role="status">
        {answered &&
          (right ? <p className="verdict right">✓ {t('lesson.quiz.right')}</p> : <p className="verdict">{t('lesson.quiz.wrong')}</p>)}
        {right && (
          <p className="explanation">
            <Line text={block.explanation} />
          </p>
        )}
      </div>
      {!right && (
        <button className="button" disabled={chosen.length === 0}>
          {t('lesson.quiz.check')}
        </button>
      )}
    </form>
  )
}

function DiscussionView({ block }: { block: Discussion }) {
  const t = useTranslate()
  return (
    <aside className="discussion">
      <b className="task-label">{t('lesson.discussion')}</b>
      <ul>
        {block.prompts.map((prompt, index) => (
          <li key={index}>
            <Line text={prompt} />
          </li>
        ))}
      </ul>
    </aside>
  )
}

function FacilitatorView({ block }: { block: Facilitator }) {
  const t = useTranslate()
  return (
    <details className="facilitator">
      <summary>{t('lesson.facilitator')}</summary>
      <Markdown content={block.content} />
    </details>
  )
}
