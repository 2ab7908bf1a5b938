import { useEffect, useRef, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { call, send } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { answerProgram, HOME, shortPath, useEditor } from '../state/editor'
import { useSettings } from '../state/settings'
import { themeOf } from '../theme/follow-settings'
import type { RunResult } from '../worker/protocol'
import { applyProblems, type Problem } from './apply-problems'
import { FileTree } from './file-tree'
import { modelOf, monaco } from './monaco'
import './editor.css'

const SAVE_AFTER_MS = 250
/** The shell may write the open file too. */
const LOOK_EVERY_MS = 1000

/** Marks the lines that kubectl or the API server found fault with. */
function mark(model: monaco.editor.ITextModel, problems: readonly Problem[]) {
  const markers = problems.map(({ line, message }) => {
    const marked = Math.min(line, model.getLineCount())
    return {
      severity: monaco.MarkerSeverity.Error,
      message,
      source: 'kubectl',
      startLineNumber: marked,
      endLineNumber: marked,
      startColumn: model.getLineContent(marked).search(/\S|$/) + 1,
      endColumn: model.getLineMaxColumn(marked),
    }
  })
  monaco.editor.setModelMarkers(model, 'kubectl', markers)
}

interface Applied extends RunResult {
  readonly command: string
}

/** Files of the workstation, the same ones the shell sees, and a button that applies a manifest. */
export default function EditorPanel() {
  const t = useTranslate()
  const path = useEditor((editor) => editor.path)
  const waiting = useEditor((editor) => editor.waiting?.path === editor.path && editor.path !== undefined)
  const flush = useRef(() => {})
  const ready = useCluster((cluster) => cluster.phase === 'ready')
  const [applied, setApplied] = useState<Applied | 'waiting'>()
  const apply = async () => {
    const model = monaco.editor.getModel(monaco.Uri.file(path ?? ''))
    if (!path || !model) return
    setApplied('waiting')
    await call('writeFile', { path, text: model.getValue() })
    const command = `kubectl apply -f ${shortPath(path)}`
    const result = await call('run', { script: `cd ${HOME} && ${command}` })
    setApplied({ ...result, command })
    const problems = result.code === 0 ? [] : applyProblems(model.getValue(), result.stderr)
    mark(model, problems)
    const shown = monaco.editor.getEditors().find((editor) => editor.getModel() === model)
    if (problems[0]) shown?.revealLineInCenterIfOutsideViewport(problems[0].line)
  }
  const answer = (what: 'saved' | 'cancelled') => {
    flush.current()
    answerProgram(what)
  }
  useEffect(() => {
    if (!ready) return
    send({ type: 'watch-files', folder: HOME })
    return () => send({ type: 'watch-files', folder: undefined })
  }, [ready])
  useEffect(() => setApplied(undefined), [path])
  return (
    <div className="editor">
      <FileTree />
      <div className="editor-main">
        <div className="bar editor-bar">
          <span className="editor-path">{path ? shortPath(path) : ''}</span>
          {waiting ? (
            <>
              <button className="button" onClick={() => answer('cancelled')}>
                {t('editor.cancel')}
              </button>
              <button className="button act" title="Ctrl+Enter" onClick={() => answer('saved')}>
                {t('editor.save')}
              </button>
            </>
          ) : (
            <button className="button act" disabled={!path || applied === 'waiting'} title="Ctrl+Enter" onClick={() => void apply()}>
              {applied === 'waiting' ? t('editor.applying') : t('editor.apply')}
            </button>
          )}
        </div>
        {waiting && <p className="editor-waiting">{t('editor.waiting')}</p>}
        {path ? (
          <Text path={path} onApply={waiting ? () => answer('saved') : () => void apply()} flush={flush} />
        ) : (
          <p className="blank">{t('editor.empty')}</p>
        )}
        {applied && applied !== 'waiting' && <Result applied={applied} onClose={() => setApplied(undefined)} />}
      </div>
    </div>
  )
}

interface TextProps {
  readonly path: string
  /** Ctrl+Enter. */
  readonly onApply: () => void
  /** Set to what writes down at once what has been typed. */
  readonly flush: { current: () => void }
}

function Text({ path, onApply, flush }: TextProps) {
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<monaco.editor.IStandaloneCodeEditor>(undefined)
  const latestApply = useRef(onApply)
  latestApply.current = onApply
  const settings = useSettings()

  useEffect(() => {
    const made = monaco.editor.create(place.current!, {
      automaticLayout: true,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      minimap: { enabled: false },
      scrollBeyondLastLine: false,
      tabSize: 2,
      quickSuggestions: { other: true, comments: false, strings: true },
      stickyScroll: { enabled: false },
      padding: { top: 8 },
      renderLineHighlight: 'line',
      fixedOverflowWidgets: true,
      ariaLabel: shortPath(path),
    })
    made.addCommand(monaco.KeyMod.CtrlCmd | monaco.KeyCode.Enter, () => latestApply.current())
    editor.current = made
    void document.fonts.ready.then(() => monaco.editor.remeasureFonts())
    return () => made.dispose()
  }, [])

  useEffect(() => {
    monaco.editor.setTheme(themeOf(settings))
    editor.current?.updateOptions({ fontSize: 14 * settings.zoom })
  }, [settings])

  // The open file: shown from the workstation, written back a moment after typing, and looked at again in case the shell wrote it.
  useEffect(() => {
    let current = true
    let kept: string | undefined
    let saving: ReturnType<typeof setTimeout> | undefined
    const load = async () => {
      const text = await call('readFile', { path }).catch(() => undefined)
      if (!current || text === undefined || saving) return
      const model = modelOf(path, text)
      if (kept === undefined) {
        editor.current?.setModel(model)
        subscription = model.onDidChangeContent(() => {
          clearTimeout(saving)
          saving = setTimeout(save, SAVE_AFTER_MS)
          monaco.editor.setModelMarkers(model, 'kubectl', [])
        })
      }
      if (text !== kept) mark(model, applyProblems(text, reasonsIn(text)))
      if (text !== kept && text !== model.getValue()) {
        kept = text
        model.setValue(text)
        clearTimeout(saving)
        saving = undefined
      }
      kept = text
    }
    const save = () => {
      saving = undefined
      kept = monaco.editor.getModel(monaco.Uri.file(path))?.getValue() ?? ''
      void call('writeFile', { path, text: kept })
    }
    flush.current = () => {
      if (!saving) return
      clearTimeout(saving)
      save()
    }
    let subscription: monaco.IDisposable | undefined
    void load().then(() => current && editor.current?.focus())
    const looking = setInterval(() => void load(), LOOK_EVERY_MS)
    return () => {
      current = false
      clearInterval(looking)
      subscription?.dispose()
      flush.current()
    }
  }, [path, flush])

  return <div className="editor-text" ref={place} />
}

/** Why `kubectl edit` opened a file again: it says so in comments above the object. */
const reasonsIn = (text: string) => [...text.matchAll(/^# \* (.*)$/gm)].map(([, reason]) => reason).join('\n')

function Result({ applied, onClose }: { applied: Applied; onClose: () => void }) {
  const t = useTranslate()
  return (
    <section
      className="applied"
      data-failed={applied.code !== 0}
      role="status"
      aria-label={t('editor.result', { command: applied.command })}
    >
      <pre tabIndex={0}>
        <span className="quiet">$ {applied.command}</span>
        {'\n'}
        {applied.stdout}
        {applied.stderr}
      </pre>
      <button className="button icon bare" aria-label={t('app.dismiss')} onClick={onClose}>
        <Icon name="close" />
      </button>
    </section>
  )
}
