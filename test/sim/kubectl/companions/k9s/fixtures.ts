import { builtInResource } from '../../../../../src/sim/kubectl/built-in-resource'
import type { ResourceType } from '../../../../../src/sim/kubectl/mapper'
import { tableOf, type Row, type Sheet, type State, type Surroundings } from '../../../../../src/sim/kubectl/companions/k9s/state'

const type = (apiVersion: string, kind: string, shortNames: readonly string[] = []): ResourceType => ({
  ...builtInResource({ apiVersion, kind }),
  shortNames,
  verbs: ['list'],
})

export const pods = type('v1', 'Pod', ['po'])
export const deployments = type('apps/v1', 'Deployment', ['deploy'])
export const nodes = type('v1', 'Node', ['no'])
export const services = type('v1', 'Service', ['svc'])
export const namespaces = type('v1', 'Namespace', ['ns'])
export const events = type('v1', 'Event', ['ev'])
export const secrets = type('v1', 'Secret')
export const types = [pods, deployments, nodes, services, namespaces, events, secrets]

export const row = (namespace: string, name: string, cells: readonly string[] = [], more: Partial<Row> = {}): Row => ({
  key: namespace ? `${namespace}/${name}` : name,
  namespace,
  name,
  cells: [namespace, name, ...cells],
  times: {},
  tone: 'plain',
  ...more,
})

/** Three pods with a status and a number of restarts. */
export const threePods: Sheet = {
  columns: [{ name: 'NAMESPACE' }, { name: 'NAME' }, { name: 'STATUS' }, { name: 'RESTARTS', right: true }, { name: 'QOS', wide: true }],
  rows: [
    row('default', 'web-1', ['Running', '10', 'BE']),
    row('default', 'web-2', ['Running', '9', 'BU']),
    row('default', 'db', ['CrashLoopBackOff', '100', 'BE'], { tone: 'faulty' }),
  ],
}

export const around = (shown: Sheet = { columns: [], rows: [] }, more: Partial<Surroundings> = {}): Surroundings => ({
  shown,
  height: 10,
  types,
  namespaces: ['default', 'kube-system'],
  contexts: ['dev', 'prod'],
  ...more,
})

export const stateOf = (more: Partial<State> = {}): State => ({
  stack: [tableOf(pods, 'default')],
  header: true,
  crumbs: true,
  readOnly: false,
  context: 'dev',
  namespace: 'default',
  favourites: ['default'],
  history: ['pods'],
  place: 0,
  ...more,
})
