import type { AnyObject } from '../../api/object'
import type { Container } from '../../api/types/core-v1.gen'
import { CommandError, throwAll } from '../errors'
import { recorded } from '../change-cause'
import { fileOptions } from '../manifests'
import { builtInResource } from '../built-in-resource'
import { labelPairs } from '../label-pairs'
import { podSpecOf } from '../pod-template'
import { printerFor } from '../printers/printer'
import { findResources, type Resource } from '../resources'
import { out, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'
import { createObject, dryRunOf, generatedNamespace, operationText, savingConfig, writeQuery, type NewObject } from '../writing'
import { applyOverrides } from '../overrides'

const exposable = ['Service', 'Pod', 'ReplicationController', 'Deployment', 'ReplicaSet']

export const expose: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const dryRun = yield* dryRunOf(kubectl)
    const files = fileOptions(kubectl)
    const printer = yield* printerFor(kubectl, { operation: operationText('exposed', dryRun), struct: true })
    // What a file holds is exposed as it stands there.
    const fetch = files.names.length === 0 && !files.kustomize
    const { errors } = yield* findResources(kubectl, { words: args, files, fetch, bareTypes: false }, function* (resource) {
      const service = applyOverrides(kubectl, serviceOf(kubectl, resource, yield* generatedNamespace(kubectl)))
      const target = { type: builtInResource(service), namespace: resource.namespace, name: service.metadata.name ?? '' }
      const object = recorded(kubectl, service as unknown as AnyObject) // the server completes it
      // Only what is created carries the annotation.
      const prepared = flags.bool('save-config') && dryRun !== 'client' ? savingConfig(object) : object
      const exposed =
        dryRun === 'client' ? prepared : yield* createObject(kubectl, target, asStruct(prepared) as AnyObject, writeQuery(kubectl, dryRun))
      yield* out(printer(flags.text('output') ? asStruct(exposed) : exposed))
    })
    throwAll(errors)
  },
}

function serviceOf(kubectl: Kubectl, { object, name }: Resource, own: { namespace?: string }): NewObject {
  const { flags } = kubectl
  const source = object!
  if (!exposable.includes(source.kind)) throw new CommandError(`cannot expose a ${source.kind}${groupSuffix(source)}`)
  const selector = flags.text('selector') ? labelPairs(flags.text('selector')) : selectorOf(source)
  const portText = flags.text('port')
  const ports = portText ? portText.split(',') : containerPorts(source).map(({ port }) => String(port))
  if (ports.length === 0) throw new CommandError("couldn't find port via --port flag or introspection")
  const labels = flags.text('labels') ? labelPairs(flags.text('labels')) : source.metadata.labels
  const headless = flags.text('cluster-ip') === 'None'
  const protocols = new Map(containerPorts(source).map(({ port, protocol }) => [String(port), protocol]))
  const target = flags.text('target-port')
  const list = ports.map((port, i) => {
    if (!/^\d+$/.test(port)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`)
    const protocol = flags.text('protocol') || protocols.get(port) || 'TCP'
    const targetPort = target === '' ? Number(port) : /^\d+$/.test(target) ? Number(target) : target
    return { ...(ports.length > 1 ? { name: `port-${i + 1}` } : {}), port: Number(port), targetPort, protocol }
  })
  const type = flags.text('type')
  const affinity = flags.text('session-affinity')
  if (!['', 'None', 'ClientIP'].includes(affinity)) throw new CommandError(`unknown session affinity: ${affinity}`)
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: flags.text('name') || name.slice(0, 63),
      ...(labels ? { labels } : {}),
      // Named only where the command line names it; otherwise the path of the request says it.
      ...own,
    },
    spec: {
      selector,
      ports: list,
      ...(type ? { type } : {}),
      ...(flags.text('external-ip') ? { externalIPs: [flags.text('external-ip')] } : {}),
      ...(flags.text('load-balancer-ip') && type === 'LoadBalancer' ? { loadBalancerIP: flags.text('load-balancer-ip') } : {}),
      ...(affinity ? { sessionAffinity: affinity } : {}),
      ...(flags.text('cluster-ip') ? { clusterIP: headless ? 'None' : flags.text('cluster-ip') } : {}),
    },
  }
}

const groupSuffix = ({ apiVersion }: AnyObject) => (apiVersion.includes('/') ? `.${apiVersion.slice(0, apiVersion.indexOf('/'))}` : '')

interface Selecting {
  readonly selector?: {
    readonly matchLabels?: Record<string, string>
    readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[]
  } & Record<string, unknown>
}

function selectorOf(object: AnyObject): Record<string, string> {
  const { selector } = (object.spec ?? {}) as Selecting // by kind
  const refuse = (why: string) => new CommandError(`couldn't retrieve selectors via --selector flag or introspection: ${why}`)
  switch (object.kind) {
    case 'Pod':
      if (Object.keys(object.metadata.labels ?? {}).length === 0) throw refuse('the pod has no labels and cannot be exposed')
      return object.metadata.labels!
    case 'Service':
      if (!selector || Object.keys(selector).length === 0) throw refuse('the service has no pod selector set')
      return selector as unknown as Record<string, string>
    case 'ReplicationController':
      return (selector ?? {}) as unknown as Record<string, string>
    default: {
      if (Object.keys(selector?.matchLabels ?? {}).length === 0)
        throw refuse(`invalid ${object.kind.toLowerCase()}: no selectors, therefore cannot be exposed`)
      const expressions = selector?.matchExpressions ?? []
      if (expressions.length)
        throw refuse(
          `couldn't convert expressions - "[${expressions.map(({ key, operator, values = [] }) => `{${key} ${operator} [${values.join(' ')}]}`).join(' ')}]" to map-based selector format`,
        )
      return selector?.matchLabels ?? {}
    }
  }
}

function containerPorts(object: AnyObject): { port: number; protocol: string }[] {
  if (object.kind === 'Service') {
    const { ports = [] } = (object.spec ?? {}) as { ports?: readonly { port: number; protocol?: string }[] }
    return ports.map(({ port, protocol }) => ({ port, protocol: protocol ?? 'TCP' }))
  }
  const containers: readonly Container[] = podSpecOf(object)?.containers ?? []
  return containers.flatMap(({ ports = [] }) =>
    ports.map(({ containerPort, protocol }) => ({ port: containerPort, protocol: protocol ?? 'TCP' })),
  )
}
