import { useEffect, useState, type ReactNode } from 'react'
import { useShallow } from 'zustand/react/shallow'
import { humanDuration } from '../../sim/formats/duration'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { closeInspector } from '../layout/shortcuts'
import { StageMark } from '../map/stage-mark'
import { call } from '../state/cluster-link'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { inspect, lightOf, selectorOf, useSelection } from '../state/selection'
import type { EventSummary, Summary } from '../worker/summary'
import './inspector.css'

const TABS = ['overview', 'yaml', 'describe'] as const
type TabName = (typeof TABS)[number]

/** One object from close by: what it is, its YAML, what `kubectl describe` says. */
export function Inspector() {
  const t = useTranslate()
  const key = useSelection((selection) => selection.inspected) ?? ''
  const object = useCluster((cluster) => cluster.objects.get(key))
  const [tab, setTab] = useState<TabName>('overview')
  const [kind = '', ...rest] = key.split('/')
  const name = rest.at(-1) ?? ''
  return (
    <aside
      className="panel inspector"
      id="inspector"
      tabIndex={-1}
      data-panel="inspector"
      aria-label={t('view.inspector')}
      onKeyDown={(event) => event.key === 'Escape' && closeInspector()}
    >
      <div className="bar">
        <h2 className="inspector-title">
          <span className="quiet">{kind}</span> {name}
        </h2>
        <span className="push" />
        <button className="button icon bare" aria-label={t('inspector.close')} title={t('inspector.close')} onClick={closeInspector}>
          <Icon name="close" />
        </button>
      </div>
      <div className="bar" role="tablist" aria-label={name}>
        {TABS.map((each) => (
          <button key={each} role="tab" className="tab" aria-selected={tab === each} onClick={() => setTab(each)}>
            {each === 'yaml' ? 'YAML' : t(`inspector.${each}`)}
          </button>
        ))}
      </div>
      <div className="inspector-body" role="tabpanel" tabIndex={0}>
        {!object && <p className="blank">{t('inspector.gone')}</p>}
        {object && tab === 'overview' && <Overview object={object} />}
        {object && tab === 'yaml' && <Text key={key} version={object.version} ask={() => call('yaml', reference(object))} />}
        {object && tab === 'describe' && <Text key={`${key} describe`} version={object.version} ask={() => describe(object)} />}
      </div>
    </aside>
  )
}

const reference = ({ kind, namespace, name }: Summary) => ({ kind, namespace, name })

async function describe({ kind, namespace, name }: Summary): Promise<string> {
  const { stdout, stderr } = await call('run', {
    script: `kubectl describe ${kind.toLowerCase()} ${name}${namespace ? ` -n ${namespace}` : ''}`,
  })
  return stdout || stderr
}

const ASK_AGAIN_MS = 1500

/** A text that is asked for again when the object has changed, but not at every stir. */
function Text({ ask, version }: { ask: () => Promise<string>; version: string }) {
  const t = useTranslate()
  const [text, setText] = useState<string>()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    let current = true
    const timer = setTimeout(
      () =>
        void ask().then(
          (answer) => current && setText(answer),
          (error: Error) => current && setText(error.message),
        ),
      text === undefined ? 0 : ASK_AGAIN_MS,
    )
    return () => {
      current = false
      clearTimeout(timer)
    }
    // `ask` is new at every drawing; the version says when its answer is.
  }, [version])
  if (text === undefined) return <p className="blank">{t('inspector.loading')}</p>
  return (
    <div className="inspector-text">
      <button
        className="button"
        onClick={() => {
          void navigator.clipboard?.writeText(text)
          setCopied(true)
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} />
        {copied ? t('inspector.copied') : t('inspector.copy')}
      </button>
      <pre tabIndex={0}>{text}</pre>
    </div>
  )
}

function Overview({ object }: { object: Summary }) {
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
      <Events object={object} />
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

const eventsAbout = (cluster: ClusterState, object: Summary) =>
  (cluster.byKind.Event ?? []).filter((key) => {
    const event = cluster.objects.get(key)
    if (event?.kind !== 'Event') return false
    const { about } = event
    return about.uid === object.uid || (about.kind === object.kind && about.name === object.name && object.kind === 'Node')
  })

function Events({ object }: { object: Summary }) {
  const t = useTranslate()
  const keys = useCluster(useShallow((cluster) => eventsAbout(cluster, object)))
  return (
    <section className="inspector-part">
      <h3>{t('inspector.events')}</h3>
      {keys.length === 0 && <p className="quiet">{t('inspector.noEvents')}</p>}
      <ol role="list" className="events">
        {keys.toReversed().map((key) => (
          <EventLine key={key} eventKey={key} />
        ))}
      </ol>
    </section>
  )
}

function EventLine({ eventKey }: { eventKey: string }) {
  const event = useCluster((cluster) => cluster.objects.get(eventKey)) as EventSummary | undefined // keys of Events lead to Events
  const age = useCluster((cluster) => (event ? humanDuration(Math.max(0, cluster.nowMs - event.lastMs)) : ''))
  if (!event) return null
  return (
    <li data-type={event.type}>
      <b>
        {event.type === 'Warning' ? '⚠ ' : ''}
        {event.reason}
      </b>
      <span className="quiet">
        {age}
        {event.count > 1 ? ` ×${event.count}` : ''} · {event.source}
      </span>
      <p>{event.message}</p>
    </li>
  )
}
