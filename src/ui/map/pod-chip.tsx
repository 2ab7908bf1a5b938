import { memo } from 'react'
import { useTranslate } from '../i18n/i18n'
import { useCluster } from '../state/cluster-store'
import { inspect, lightOf, useSelection } from '../state/selection'
import type { PodStage, PodSummary } from '../worker/summary'
import { StageMark } from './stage-mark'

/** How much room a Pod has: with its status, with its name, or as a mark alone. */
export type Density = 'roomy' | 'compact' | 'dense'

/** One Pod. It follows its own object, so a busy Pod redraws nobody else. */
export const PodChip = memo(function PodChip({ podKey, density }: { podKey: string; density: Density }) {
  const t = useTranslate()
  const pod = useCluster((cluster) => cluster.objects.get(podKey)) as PodSummary | undefined // keys of Pods lead to Pods
  const selection = useSelection()
  const light = useCluster((cluster) => lightOf(cluster, selection, podKey))
  if (!pod) return null
  const trouble = pod.stage === 'running' && pod.restarts === 0 ? '' : statusText(pod)
  return (
    <li>
      <button
        className="pod"
        data-stage={pod.stage}
        data-density={density}
        data-light={light}
        aria-pressed={selection.inspected === podKey}
        aria-label={`Pod ${pod.name}: ${pod.status}, ${pod.ready}/${pod.total}, ${t(`stage.${pod.stage}`)}`}
        title={`${pod.name}\n${pod.status} · ${pod.ready}/${pod.total}${pod.why ? `\n${pod.why}` : ''}`}
        onClick={() => inspect(selection.inspected === podKey ? undefined : podKey)}
      >
        <StageMark stage={pod.stage} />
        {density !== 'dense' && <span className="pod-name">{shortName(pod)}</span>}
        {density === 'roomy' && trouble && <span className="pod-status">{trouble}</span>}
      </button>
    </li>
  )
})

const statusText = ({
  status,
  restarts,
  stage,
  ready,
  total,
}: {
  status: string
  restarts: number
  stage: PodStage
  ready: number
  total: number
}) =>
  [stage === 'unready' ? `${ready}/${total}` : stage === 'running' ? '' : status, restarts > 0 ? `↻${restarts}` : '']
    .filter(Boolean)
    .join(' ')

/**
 * What tells Pods of one owner apart is the end of the name; the template's hash in the middle is left out, and so is the node's name at the
 * end of a static Pod's.
 */
export function shortName({ name, node }: { name: string; node?: string }): string {
  if (node && name.endsWith(`-${node}`)) return name.slice(0, -node.length - 1)
  const generated = /^(.+?)-(?:[a-z0-9]{6,10}-)?([bcdfghjklmnpqrstvwxz2456789]{5})$/.exec(name)
  return generated ? `${generated[1]} ${generated[2]}` : name
}

/** The density at which `count` Pods stay readable in one box. */
export const densityOf = (count: number): Density => (count <= 12 ? 'roomy' : count <= 40 ? 'compact' : 'dense')
