import { useState, type KeyboardEvent } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { closeInspector } from '../layout/shortcuts'
import { call } from '../state/cluster-link'
import { useCluster } from '../state/cluster-store'
import { useSelection } from '../state/selection'
import type { Summary } from '../worker/summary'
import { Events } from './events'
import { Logs } from './logs'
import { Overview } from './overview'
import { Placing } from './placing'
import { Text } from './text'
import './inspector.css'

const TABS = ['overview', 'yaml', 'describe', 'events', 'placing', 'logs'] as const
/** What there is to say of Pods only. */
const OF_PODS: ReadonlySet<string> = new Set(['placing', 'logs'])
type TabName = (typeof TABS)[number]

/** One object from close by: what it is, its YAML, what `kubectl describe` says, its events, why a Pod is where it is and what it logs. Looking changes nothing. */
export default function Inspector() {
  const t = useTranslate()
  const key = useSelection((selection) => selection.inspected) ?? ''
  const object = useCluster((cluster) => cluster.objects.get(key))
  const [wanted, setTab] = useState<TabName>('overview')
  const [kind = '', ...rest] = key.split('/')
  const name = rest.at(-1) ?? ''
  const tabs = TABS.filter((tab) => !OF_PODS.has(tab) || kind === 'Pod')
  const tab = tabs.includes(wanted) ? wanted : 'overview'
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    const next = (tabs.indexOf(tab) + step + tabs.length) % tabs.length
    setTab(tabs[next]!)
    ;(event.currentTarget.children[next] as HTMLElement | undefined)?.focus()
  }
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
      <div className="bar inspector-tabs" role="tablist" aria-label={name} onKeyDown={onKeyDown}>
        {tabs.map((each) => (
          <button
            key={each}
            role="tab"
            className="tab"
            aria-selected={tab === each}
            aria-controls="inspected"
            tabIndex={tab === each ? 0 : -1}
            onClick={() => setTab(each)}
          >
            {each === 'yaml' ? 'YAML' : t(`inspector.${each}`)}
          </button>
        ))}
      </div>
      <div
        className="inspector-body"
        id="inspected"
        role="tabpanel"
        tabIndex={0}
        aria-label={tab === 'yaml' ? 'YAML' : t(`inspector.${tab}`)}
      >
        {!object && <p className="blank">{t('inspector.gone')}</p>}
        {object && tab === 'overview' && <Overview object={object} />}
        {object && tab === 'yaml' && <Text key={key} version={object.version} ask={() => call('yaml', reference(object))} />}
        {object && tab === 'describe' && <Text key={`${key} describe`} version={object.version} ask={() => describe(object)} />}
        {object && tab === 'events' && <Events object={object} />}
        {object?.kind === 'Pod' && tab === 'placing' && <Placing key={key} pod={object} />}
        {object?.kind === 'Pod' && tab === 'logs' && <Logs key={key} pod={object} />}
      </div>
    </aside>
  )
}

const reference = ({ kind, namespace, name }: Summary) => ({ kind, namespace, name })

async function describe({ kind, namespace, name }: Summary): Promise<string> {
  const { stdout, stderr } = await call('look', { args: ['describe', kind.toLowerCase(), name, ...(namespace ? ['-n', namespace] : [])] })
  return stdout || stderr
}
