import { useEffect, useMemo, useState } from 'react'
import type { Lesson, LessonEntry, Pack, Task } from '../../lessons/format'
import { useTranslate } from '../i18n/i18n'
import { call, send } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { mark, useProgress } from '../state/progress'
import { useSettings } from '../state/settings'
import { BlockView } from './blocks'
import { builtInPack } from './built-in-pack'
import './lesson.css'

interface Choice {
  readonly entry: LessonEntry
  readonly meeting: string
}

function choicesOf(pack: Pack, language: string): readonly Choice[] {
  return pack.meetings.flatMap(({ title, lessons }) =>
    lessons.map((entry) => ({ entry, meeting: title[language] ?? title[pack.languages[0]!] ?? '' })),
  )
}

export default function LessonView() {
  const t = useTranslate()
  const language = useSettings((settings) => settings.language)
  const chosen = useProgress((progress) => progress.lesson)
  const pack = useMemo(builtInPack, [])
  const choices = choicesOf(pack, language)
  const { entry, meeting } = choices.find((choice) => choice.entry.id === chosen) ?? choices[0]!
  const lesson = (entry.languages[language] ?? entry.languages[pack.languages[0]!])!
  const tasks = lesson.blocks.filter((block): block is Task => block.type === 'task')
  const done = useProgress((progress) => tasks.filter(({ id }) => progress.tasksDone[`${lesson.id}#${id}`]).length)
  useChecks(lesson, tasks)
  return (
    <>
      <div className="lesson-bar">
        <p className="lesson-meeting">{meeting}</p>
        {choices.length > 1 && (
          <select
            className="field"
            aria-label={t('view.lesson')}
            value={entry.id}
            onChange={(event) => useProgress.setState({ lesson: event.target.value })}
          >
            {choices.map(({ entry: { id, languages } }) => (
              <option key={id} value={id}>
                {(languages[language] ?? Object.values(languages)[0])?.title}
              </option>
            ))}
          </select>
        )}
      </div>
      <Progress done={done} total={tasks.length} />
      <article className="lesson-text" lang={lesson.language} tabIndex={0} aria-label={lesson.title}>
        <h2>{lesson.title}</h2>
        {lesson.minutes && <p className="quiet lesson-minutes">{t('lesson.minutes', { n: lesson.minutes })}</p>}
        {lesson.setup && <Setup manifest={lesson.setup} />}
        {lesson.blocks.map((block, index) => (
          <BlockView key={'id' in block ? block.id : index} block={block} lesson={lesson.id} />
        ))}
      </article>
    </>
  )
}

/** Asks the worker to watch this lesson's checks, and remembers what has passed: progress does not go away when the cluster moves on. */
function useChecks(lesson: Lesson, tasks: readonly Task[]) {
  const phase = useCluster((cluster) => cluster.phase)
  const findings = useCluster((cluster) => cluster.findings)
  useEffect(() => {
    if (phase !== 'ready') return
    send({ type: 'watch-checks', checks: tasks.map(({ id, check }) => ({ id: `${lesson.id}#${id}`, check })) })
    return () => send({ type: 'watch-checks', checks: [] })
    // The checks of a lesson are the same in every language.
  }, [lesson.id, phase])
  useEffect(() => {
    const { tasksDone } = useProgress.getState()
    for (const [key, { passed }] of Object.entries(findings)) if (passed && !tasksDone[key]) mark('tasksDone', key, true)
  }, [findings])
}

function Progress({ done, total }: { done: number; total: number }) {
  const t = useTranslate()
  const text = t('lesson.progress', { done, total })
  return (
    <div
      className="lesson-progress"
      role="progressbar"
      aria-label={text}
      aria-valuenow={done}
      aria-valuemin={0}
      aria-valuemax={total}
      title={text}
    >
      {Array.from({ length: total }, (_, index) => (
        <span key={index} data-done={index < done} />
      ))}
    </div>
  )
}

function Setup({ manifest }: { manifest: string }) {
  const t = useTranslate()
  const [said, setSaid] = useState('')
  const prepare = async () => {
    const { stdout, stderr } = await call('run', { script: 'kubectl apply -f -', stdin: manifest })
    setSaid(stdout + stderr)
  }
  return (
    <p>
      <button className="button act" onClick={() => void prepare()}>
        {t('lesson.setup')}
      </button>
      {said && <samp>{said}</samp>}
    </p>
  )
}
