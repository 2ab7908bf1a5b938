import { memo, type ReactNode } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { useTranslate } from '../i18n/i18n'
import { useCluster } from '../state/cluster-store'
import { endpointsOf, inspect, pointAt, useSelection } from '../state/selection'
import type { ServiceSummary, WorkloadSummary } from '../worker/summary'

/** Something that selects Pods: pointed at or focused, it lights them up; pressed, it is inspected and they stay lit. */
function SelectorChip({ objectKey, kind, children }: { objectKey: string; kind: string; children: ReactNode }) {
  const inspected = useSelection((selection) => selection.inspected === objectKey)
  return (
    <li>
      <button
        className="selector"
        data-kind={kind}
        aria-pressed={inspected}
        onClick={() => inspect(inspected ? undefined : objectKey)}
        onPointerEnter={() => pointAt(objectKey)}
        onPointerLeave={() => pointAt(undefined)}
        onFocus={() => pointAt(objectKey)}
        onBlur={() => pointAt(undefined)}
      >
        {children}
      </button>
    </li>
  )
}

export const ServiceChip = memo(function ServiceChip({ serviceKey }: { serviceKey: string }) {
  const t = useTranslate()
  const service = useCluster((cluster) => cluster.objects.get(serviceKey)) as ServiceSummary | undefined // keys of Services lead to Services
  const { ready, unready } = useCluster(useShallow((cluster) => endpointsOf(cluster, serviceKey)))
  if (!service) return null
  return (
    <SelectorChip objectKey={serviceKey} kind="Service">
      <b>{service.name}</b>
      <span className="quiet">
        {service.type === 'ClusterIP' ? '' : `${service.type} `}
        {service.address}
        {service.ports && `:${service.ports}`}
      </span>
      <span className="count" data-tone={ready > 0 ? 'good' : 'bad'} title={t('map.service.endpoints', { ready })}>
        {ready > 0 ? `${ready}/${ready + unready}` : service.selector ? t('map.service.none') : t('map.service.byHand')}
      </span>
    </SelectorChip>
  )
})

export const WorkloadChip = memo(function WorkloadChip({ workloadKey }: { workloadKey: string }) {
  const workload = useCluster((cluster) => cluster.objects.get(workloadKey)) as WorkloadSummary | undefined // Deployments and Jobs
  const replicaSets = useCluster(
    useShallow((cluster) =>
      (cluster.byKind.ReplicaSet ?? []).filter((key) => {
        const set = cluster.objects.get(key)
        return set?.kind === 'ReplicaSet' && set.ownerUid === workload?.uid && set.wanted + set.ready > 0
      }),
    ),
  )
  if (!workload) return null
  return (
    <>
      <SelectorChip objectKey={workloadKey} kind={workload.kind}>
        <b>{workload.name}</b>
        <span className="quiet">{workload.images.map(imageName).join(', ')}</span>
        <Count ready={workload.ready} wanted={workload.wanted} />
      </SelectorChip>
      {replicaSets.length > 1 && replicaSets.map((key) => <ReplicaSetChip key={key} setKey={key} />)}
    </>
  )
})

/** While a Deployment rolls from one to another, both are worth seeing. */
function ReplicaSetChip({ setKey }: { setKey: string }) {
  const set = useCluster((cluster) => cluster.objects.get(setKey)) as WorkloadSummary | undefined // keys of ReplicaSets lead to ReplicaSets
  if (!set) return null
  return (
    <SelectorChip objectKey={setKey} kind="ReplicaSet">
      <b>{set.name.split('-').at(-1)}</b>
      <span className="quiet">{set.images.map(imageName).join(', ')}</span>
      <Count ready={set.ready} wanted={set.wanted} />
    </SelectorChip>
  )
}

function Count({ ready, wanted }: { ready: number; wanted: number }) {
  return (
    <span className="count" data-tone={ready >= wanted ? 'good' : 'plain'}>
      {ready}/{wanted}
    </span>
  )
}

/** `nginx:1.27` of `registry.example/library/nginx:1.27`. */
export const imageName = (image: string) => image.slice(image.lastIndexOf('/') + 1)
