import { useEffect, useRef, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { elapsed } from './clock'
import './status-bar.css'

export const readyNodes = ({ byKind, objects }: ClusterState) =>
  (byKind.Node ?? []).filter((key) => {
    const node = objects.get(key)
    return node?.kind === 'Node' && node.ready
  }).length

export function StatusBar() {
  const t = useTranslate()
  const phase = useCluster((cluster) => cluster.phase)
  const nodes = useCluster((cluster) => cluster.byKind.Node?.length ?? 0)
  const ready = useCluster(readyNodes)
  const pods = useCluster((cluster) => cluster.byKind.Pod?.length ?? 0)
  const kept = useCluster((cluster) => cluster.kept)
  return (
    <footer className="status-bar">
      {phase === 'ready' ? (
        <>
          <span>{t('status.nodes', { ready, total: nodes })}</span>
          <span>{t('status.pods', { n: pods })}</span>
        </>
      ) : (
        <span>{t(phase === 'failed' ? 'app.failed' : 'app.starting')}</span>
      )}
      <LastSentence />
      {kept && <span className="kept">{t('status.kept')}</span>}
      <Announcer />
    </footer>
  )
}

/** The newest sentence; opened, all of them. */
function LastSentence() {
  const t = useTranslate()
  const transcript = useCluster((cluster) => cluster.transcript)
  const startMs = useCluster((cluster) => cluster.startMs)
  const last = transcript.at(-1)
  return (
    <details className="told">
      <summary title={t('status.transcript')}>
        <span data-tone={last?.tone}>{last ? t(last.say, last.values) : t('status.nothing')}</span>
      </summary>
      <ol role="list" aria-label={t('status.transcript')}>
        {transcript.toReversed().map((told) => (
          <li key={told.id}>
            <span className="quiet">{elapsed(Math.max(0, Math.floor((told.atMs - startMs) / 1000)))}</span>
            <span data-tone={told.tone}>{t(told.say, told.values)}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}

const SPEAK_EVERY_MS = 1500
const MOST_AT_ONCE = 3

/** Reads out what happened, at a pace that can be listened to: the last few sentences of each moment. */
function Announcer() {
  const t = useTranslate()
  const transcript = useCluster((cluster) => cluster.transcript)
  const spoken = useRef(0)
  const [text, setText] = useState('')
  useEffect(() => {
    if ((transcript.at(-1)?.id ?? 0) <= spoken.current) return
    const timer = setTimeout(() => {
      const fresh = transcript.filter(({ id }) => id > spoken.current).slice(-MOST_AT_ONCE)
      spoken.current = transcript.at(-1)?.id ?? 0
      setText(fresh.map(({ say, values }) => t(say, values)).join(' '))
    }, SPEAK_EVERY_MS)
    return () => clearTimeout(timer)
  }, [transcript, t])
  return (
    <p className="unseen" role="status" aria-live="polite">
      {text}
    </p>
  )
}
