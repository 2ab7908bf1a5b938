import type { ReactNode } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { humanDuration } from '../../sim/formats/duration'
import { useTranslate } from '../i18n/i18n'
import { StageMark } from '../map/stage-mark'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { inspect, lightOf, selectorOf } from '../state/selection'
import type { Summary } from '../worker/summary'

/** What an object is, in a few facts, and what belongs to it. */
export function Overview({ object }: { object: Summary }) {
  const t = useTranslate()
  const age = useCluster((cluster) => humanDuration(Math.max(0, cluster.nowMs - object.createdMs)))
  return (
    <>
      <dl className="facts">
        <Facts object={object} />
        <Fact name={t('inspector.age')}>{age}</Fact>
        <Fact name={t('inspector.labels')}>
          <Labels labels={object.labels} />
        </Fact>
      </dl>
      <Related object={object} />
    </>
  )
}

function Facts({ object }: { object: Summary }) {
  const t = useTranslate()
  switch (object.kind) {
    case 'Pod':
      return (
        <>
          <Fact name={t('inspector.status')}>
            <StageMark stage={object.stage} /> {object.status}
          </Fact>
          {object.why && <Fact name="">{object.why}</Fact>}
          <Fact name={t('inspector.ready')}>
            {object.ready}/{object.total}
          </Fact>
          <Fact name={t('inspector.restarts')}>{object.restarts}</Fact>
          {object.node && (
            <Fact name={t('inspector.node')}>
              <Jump to={`Node/${object.node}`}>{object.node}</Jump>
            </Fact>
          )}
          {object.ip && <Fact name={t('inspector.address')}>{object.ip}</Fact>}
          <Fact name={t('inspector.image')}>{object.images.join(', ')}</Fact>
        </>
      )
    case 'Service':
      return (
        <>
          <Fact name={t('inspector.status')}>{object.type}</Fact>
          <Fact name={t('inspector.address')}>{object.address}</Fact>
          <Fact name={t('inspector.ports')}>{object.ports}</Fact>
          <Fact name={t('inspector.selector')}>
            <Labels labels={object.selector ?? {}} />
          </Fact>
        </>
      )
    case 'Deployment':
    case 'ReplicaSet':
    case 'Job':
      return (
        <>
          <Fact name={t('inspector.ready')}>
            {object.ready}/{object.wanted}
          </Fact>
          <Fact name={t('inspector.image')}>{object.images.join(', ')}</Fact>
          <Fact name={t('inspector.selector')}>
            <Labels labels={object.selector} />
          </Fact>
        </>
      )
    case 'Node':
      return (
        <Fact name={t('inspector.status')}>
          {t(!object.ready ? 'map.node.notReady' : object.cordoned ? 'map.node.cordoned' : 'map.node.ready')}
        </Fact>
      )
    default:
      return null
  }
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  )
}

function Labels({ labels }: { labels: Readonly<Record<string, string>> }) {
  const entries = Object.entries(labels)
  if (entries.length === 0) return <>–</>
  return (
    <ul role="list" className="labels">
      {entries.map(([name, value]) => (
        <li key={name}>
          {name}={value}
        </li>
      ))}
    </ul>
  )
}

function Jump({ to, children }: { to: string; children: ReactNode }) {
  return (
    <button className="jump" onClick={() => inspect(to)}>
      {children}
    </button>
  )
}

const MOST_RELATED = 40

/** Owner, what it owns, and the Pods it selects. */
export function relatedTo(cluster: ClusterState, object: Summary): readonly string[] {
  const found: string[] = []
  const selects = selectorOf(object) !== undefined
  for (const kind of ['Deployment', 'ReplicaSet', 'Job', 'Pod', 'Service'] as const) {
    for (const key of cluster.byKind[kind] ?? []) {
      const other = cluster.objects.get(key)
      if (!other || other.namespace !== object.namespace || other.key === object.key) continue
      const kin = other.uid === object.ownerUid || other.ownerUid === object.uid
      const selected =
        selects && kind === 'Pod' && lightOf(cluster, { pointed: object.key, inspected: undefined, namespace: '' }, key) === 'lit'
      const selecting =
        kind === 'Service' &&
        object.kind === 'Pod' &&
        lightOf(cluster, { pointed: key, inspected: undefined, namespace: '' }, object.key) === 'lit'
      if (kin || selected || selecting) found.push(key)
      if (found.length >= MOST_RELATED) return found
    }
  }
  return found
}

function Related({ object }: { object: Summary }) {
  const t = useTranslate()
  const related = useCluster(useShallow((cluster) => relatedTo(cluster, object)))
  if (related.length === 0) return null
  return (
    <section className="inspector-part">
      <h3>{t('inspector.related')}</h3>
      <ul role="list">
        {related.map((key) => (
          <li key={key}>
            <Jump to={key}>
              <span className="quiet">{key.split('/')[0]}</span> {key.split('/').at(-1)}
            </Jump>
          </li>
        ))}
      </ul>
    </section>
  )
}
