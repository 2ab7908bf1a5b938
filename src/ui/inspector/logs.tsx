import { useEffect, useRef, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { call } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import type { PodSummary } from '../worker/summary'

/** Logs go on without the Pod changing. */
const LOOK_EVERY_MS = 1000
const MOST_LINES = 500

/** What a Pod's containers say, the end of it, kept current while it is looked at. */
export function Logs({ pod }: { pod: PodSummary }) {
  const t = useTranslate()
  const [container, setContainer] = useState('')
  const [previous, setPrevious] = useState(false)
  const [text, setText] = useState<string>()
  const second = useCluster((cluster) => Math.floor(cluster.nowMs / LOOK_EVERY_MS))
  const place = useRef<HTMLPreElement>(null)
  const { name, namespace = '', containers } = pod

  useEffect(() => {
    let current = true
    const which = container ? ['-c', container] : ['--all-containers', ...(containers.length > 1 ? ['--prefix'] : [])]
    const args = ['logs', name, '-n', namespace, `--tail=${MOST_LINES}`, ...which, ...(previous ? ['--previous'] : [])]
    const show = (said: string) => current && setText(said)
    call('look', { args }).then(
      ({ stdout, stderr }) => show(stdout + stderr),
      (error: Error) => show(error.message),
    )
    return () => void (current = false)
  }, [name, namespace, container, previous, second, containers.length])

  // Whoever reads at the end stays at the end.
  const atEnd = useRef(true)
  useEffect(() => {
    if (atEnd.current && place.current) place.current.scrollTop = place.current.scrollHeight
  }, [text])

  return (
    <div className="inspector-text logs">
      <div className="logs-choice">
        {containers.length > 1 && (
          <select
            className="field"
            aria-label={t('inspector.container')}
            value={container}
            onChange={(event) => setContainer(event.target.value)}
          >
            <option value="">{t('inspector.allContainers')}</option>
            {containers.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        )}
        <label className="choice">
          <input type="checkbox" checked={previous} onChange={(event) => setPrevious(event.target.checked)} />
          {t('inspector.previous')}
        </label>
      </div>
      {text === undefined ? (
        <p className="blank">{t('inspector.loading')}</p>
      ) : (
        <pre
          ref={place}
          tabIndex={0}
          aria-label={t('inspector.logs')}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            atEnd.current = scrollTop + clientHeight >= scrollHeight - 8
          }}
        >
          {text || <span className="quiet">{t('inspector.noLogs')}</span>}
        </pre>
      )}
    </div>
  )
}
