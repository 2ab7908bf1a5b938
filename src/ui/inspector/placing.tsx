import { useEffect, useState } from 'react'
import type { Explanation, NodeVerdict } from '../../sim/scheduler/explanation'
import { useTranslate, type Translate } from '../i18n/i18n'
import { call } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import type { PodSummary } from '../worker/summary'

const MOST_NODES = 60

/** Why a Pod is where it is, or nowhere: how each node fared in the scheduler's latest decision, and who had the last word. */
export function Placing({ pod }: { pod: PodSummary }) {
  const t = useTranslate()
  const [found, setFound] = useState<Explanation | null>()
  const { uid, version, node } = pod
  // A Pod that waits is tried again without changing.
  const second = useCluster((cluster) => (node ? 0 : Math.floor(cluster.nowMs / 1000)))

  useEffect(() => {
    let current = true
    const show = (explanation: Explanation | null) => current && setFound(explanation)
    call('placing', { uid }).then(show, () => show(null))
    return () => void (current = false)
  }, [uid, version, second])

  if (found === undefined) return <p className="blank">{t('inspector.loading')}</p>
  if (found === null) return <p className="blank">{t('placing.forgotten')}</p>
  const { attempt, chosen } = found
  const nodes = inOrder(found)
  const best = Math.max(1, ...nodes.map(({ total = 0 }) => total))
  return (
    <section className="inspector-part">
      <h3>{chosen === undefined ? t('placing.nowhere', { attempt }) : t('placing.chosen', { attempt, node: chosen })}</h3>
      {found.message && <p className="placing-message">{found.message}</p>}
      <ol role="list" className="verdicts">
        {nodes.slice(0, MOST_NODES).map((verdict) => (
          <Verdict key={verdict.node} verdict={verdict} isChosen={verdict.node === chosen} best={best} />
        ))}
      </ol>
      {nodes.length > MOST_NODES && <p className="quiet">{t('placing.more', { count: nodes.length - MOST_NODES })}</p>}
    </section>
  )
}

/** The chosen node, the others that would do by their points, then those that were refused. */
export const inOrder = ({ nodes, chosen }: Explanation): readonly NodeVerdict[] =>
  nodes.toSorted((a, b) => rankOf(b, chosen) - rankOf(a, chosen) || (b.total ?? 0) - (a.total ?? 0))

const rankOf = ({ node, refusedBy }: NodeVerdict, chosen: string | undefined) => (node === chosen ? 2 : refusedBy === undefined ? 1 : 0)

function Verdict({ verdict, isChosen, best }: { verdict: NodeVerdict; isChosen: boolean; best: number }) {
  const t = useTranslate()
  const { node, refusedBy, reasons = [], total = 0, scores = {} } = verdict
  const points = Object.entries(scores).filter(([, each]) => each > 0)
  return (
    <li data-verdict={isChosen ? 'chosen' : refusedBy ? 'refused' : 'fit'}>
      <b>{node}</b> <span className="quiet">{words(t, verdict, isChosen)}</span>
      {refusedBy && <p>{reasons.join(', ')}</p>}
      {points.length > 0 && (
        <>
          <div className="points" aria-hidden="true">
            {points.map(([plugin, each]) => (
              <i key={plugin} style={{ width: `${(100 * each) / best}%` }} title={`${plugin} ${each}`} />
            ))}
          </div>
          <dl className="points-of">
            {points.map(([plugin, each]) => (
              <div key={plugin}>
                <dt>{plugin}</dt>
                <dd>{each}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
      {!refusedBy && points.length === 0 && total === 0 && isChosen && <p>{t('placing.only')}</p>}
    </li>
  )
}

function words(t: Translate, { refusedBy, total, scores }: NodeVerdict, isChosen: boolean): string {
  if (refusedBy !== undefined) return t('placing.refused', { plugin: refusedBy })
  const points = scores && Object.keys(scores).length > 0 ? t('placing.points', { points: total ?? 0 }) : ''
  return isChosen ? [t('placing.here'), points].filter(Boolean).join(' · ') : points
}
