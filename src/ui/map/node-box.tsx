import { memo } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useTranslate } from '../i18n/i18n'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { isSystem } from '../state/narrate'
import { inspect, useSelection } from '../state/selection'
import { useSettings } from '../state/settings'
import type { NodeSummary } from '../worker/summary'
import { densityOf, PodChip } from './pod-chip'

/** Keys of the Pods on a node that belong to the reader, or with `system` to the cluster itself. */
const podsOn = (cluster: ClusterState, node: string, namespace: string, system: boolean) =>
  (cluster.podsByNode[node] ?? []).filter((key) => {
    const pod = cluster.objects.get(key)
    return isSystem(pod?.namespace) === system && (!namespace || pod?.namespace === namespace)
  })

export const NodeBox = memo(function NodeBox({ nodeKey, namespace }: { nodeKey: string; namespace: string }) {
  const t = useTranslate()
  const node = useCluster((cluster) => cluster.objects.get(nodeKey)) as NodeSummary | undefined // keys of Nodes lead to Nodes
  const name = nodeKey.slice('Node/'.length)
  const pods = useCluster(useShallow((cluster) => podsOn(cluster, name, namespace, false)))
  const system = useCluster(useShallow((cluster) => podsOn(cluster, name, namespace, true)))
  const inspected = useSelection((selection) => selection.inspected === nodeKey)
  const showSystem = useSettings((settings) => settings.showSystemPods)
  if (!node) return null
  const status = !node.ready ? 'notReady' : node.cordoned ? 'cordoned' : 'ready'
  return (
    <li className="node" data-status={status}>
      <button className="node-head" aria-pressed={inspected} onClick={() => inspect(inspected ? undefined : nodeKey)}>
        <b>{name}</b>
        <span className="quiet">{[node.controlPlane && t('map.controlPlane'), node.zone].filter(Boolean).join(' · ')}</span>
        <span className="node-status">{t(`map.node.${status}`)}</span>
      </button>
      {pods.length > 0 && (
        <ul role="list" className="pods" data-density={densityOf(pods.length)} aria-label={t('map.node.pods', { n: pods.length })}>
          {pods.map((key) => (
            <PodChip key={key} podKey={key} density={densityOf(pods.length)} />
          ))}
        </ul>
      )}
      {pods.length + system.length === 0 && <p className="quiet node-empty">{t('map.node.empty')}</p>}
      {showSystem && system.length > 0 && (
        <ul
          role="list"
          className="pods system"
          data-density={systemDensity(system.length)}
          aria-label={t('map.systemPods', { n: system.length })}
        >
          {system.map((key) => (
            <PodChip key={key} podKey={key} density={systemDensity(system.length)} />
          ))}
        </ul>
      )}
    </li>
  )
})

const systemDensity = (count: number) => (count > 30 ? 'dense' : 'compact')

/** Of Pods that wait for a node this many are drawn; the others are counted. */
const MOST_WAITING_DRAWN = 120

/** Pods that no node has taken yet, with the scheduler's reason. */
export function WaitingBox({ namespace }: { namespace: string }) {
  const t = useTranslate()
  const pods = useCluster(useShallow((cluster) => [...podsOn(cluster, '', namespace, false), ...podsOn(cluster, '', namespace, true)]))
  const why = useCluster((cluster) => pods.map((key) => cluster.objects.get(key)).find((pod) => pod?.kind === 'Pod' && pod.why))
  if (pods.length === 0) return null
  return (
    <section className="waiting-box" aria-label={t('map.waiting')}>
      <h3>{t('map.waiting')}</h3>
      <ul role="list" className="pods" data-density={densityOf(pods.length)}>
        {pods.slice(0, MOST_WAITING_DRAWN).map((key) => (
          <PodChip key={key} podKey={key} density={densityOf(pods.length)} />
        ))}
        {pods.length > MOST_WAITING_DRAWN && <li className="quiet">{t('map.more', { n: pods.length - MOST_WAITING_DRAWN })}</li>}
      </ul>
      {why?.kind === 'Pod' && <p className="waiting-why">{why.why}</p>}
    </section>
  )
}
