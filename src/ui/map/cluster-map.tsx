import { useShallow } from 'zustand/react/shallow'
import { useTranslate } from '../i18n/i18n'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { isSystem } from '../state/narrate'
import { useSelection } from '../state/selection'
import { useSettings } from '../state/settings'
import { NodeBox, WaitingBox } from './node-box'
import { ServiceChip, WorkloadChip } from './selector-chips'
import { StageMark, stages } from './stage-mark'
import './map.css'

/** With more Pods than this, marks do not turn and Pods do not fade in: drawing that would take all of the browser's time. */
const MOST_MOVING_PODS = 150

/** Keys of a kind in the chosen namespace ('' is all of them but the cluster's own). */
const keysIn = (cluster: ClusterState, kind: 'Service' | 'Deployment' | 'Job', namespace: string) =>
  (cluster.byKind[kind] ?? []).filter((key) => {
    const object = cluster.objects.get(key)
    return namespace ? object?.namespace === namespace : !isSystem(object?.namespace)
  })

export function ClusterMap() {
  const t = useTranslate()
  const namespace = useSelection((selection) => selection.namespace)
  const nodes = useCluster((cluster) => cluster.byKind.Node) ?? []
  const phase = useCluster((cluster) => cluster.phase)
  const many = useCluster((cluster) => (cluster.byKind.Pod?.length ?? 0) > MOST_MOVING_PODS)
  return (
    <div className="map">
      <Toolbar />
      <div className="map-scroll" data-many={many || undefined}>
        <Strip namespace={namespace} />
        <WaitingBox namespace={namespace} />
        {phase !== 'ready' ? (
          <p className="blank">{t(phase === 'failed' ? 'app.failed' : 'app.starting')}</p>
        ) : (
          <ul role="list" className="nodes">
            {nodes.map((key) => (
              <NodeBox key={key} nodeKey={key} namespace={namespace} />
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function Toolbar() {
  const t = useTranslate()
  const namespace = useSelection((selection) => selection.namespace)
  const names = useCluster(useShallow((cluster) => (cluster.byKind.Namespace ?? []).map((key) => key.slice('Namespace/'.length))))
  const { showSystemPods, set } = useSettings()
  return (
    <div className="map-bar">
      <select
        className="field"
        aria-label={t('map.namespace')}
        value={namespace}
        onChange={(event) => useSelection.setState({ namespace: event.target.value })}
      >
        <option value="">{t('map.allNamespaces')}</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      <label className="choice">
        <input type="checkbox" checked={showSystemPods} onChange={(event) => set({ showSystemPods: event.target.checked })} />
        {t('map.system')}
      </label>
      <details className="more legend">
        <summary className="button bare">{t('map.legend')}</summary>
        <ul role="list" className="sheet">
          {stages.map((stage) => (
            <li key={stage} className="choice">
              <StageMark stage={stage} />
              {t(`stage.${stage}`)}
            </li>
          ))}
        </ul>
      </details>
    </div>
  )
}

/** What the reader has made: workloads and Services, each lighting up the Pods it selects. */
function Strip({ namespace }: { namespace: string }) {
  const t = useTranslate()
  const deployments = useCluster(
    useShallow((cluster) => [...keysIn(cluster, 'Deployment', namespace), ...keysIn(cluster, 'Job', namespace)]),
  )
  const services = useCluster(
    useShallow((cluster) => keysIn(cluster, 'Service', namespace).filter((key) => key !== 'Service/default/kubernetes')),
  )
  const nothing = useCluster((cluster) => !(cluster.byKind.Pod ?? []).some((key) => !isSystem(cluster.objects.get(key)?.namespace)))
  if (deployments.length + services.length === 0) {
    if (!nothing) return null
    const [before, after] = t('map.noWorkloads', { command: '\n' }).split('\n')
    return (
      <p className="map-hint">
        {before}
        <code>kubectl create deployment web --image=nginx --replicas=3</code>
        {after}
      </p>
    )
  }
  return (
    <div className="strip">
      {deployments.length > 0 && (
        <div>
          <h3>{t('map.workloads')}</h3>
          <ul role="list" aria-label={t('map.workloads')}>
            {deployments.map((key) => (
              <WorkloadChip key={key} workloadKey={key} />
            ))}
          </ul>
        </div>
      )}
      {services.length > 0 && (
        <div>
          <h3>{t('map.services')}</h3>
          <ul role="list" aria-label={t('map.services')}>
            {services.map((key) => (
              <ServiceChip key={key} serviceKey={key} />
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
