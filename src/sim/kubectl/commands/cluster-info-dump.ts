import type { AnyObject } from '../../api/object'
import type { Pod } from '../../api/types/core-v1.gen'
import { close, makeDirectory, read, writeFile } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { ApiError, CommandError } from '../errors'
import { clientConfig } from '../kubeconfig'
import { pathOf } from '../mapper'
import { requestLogs } from '../pod-logs'
import { outputFormat, printerFor, type Printable, type Printer } from '../printers/printer'
import { requestJson } from '../rest'
import { out, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'

/** What is written of each namespace, and the file's name for it. */
const dumped = [
  ['events', 'v1', 'Event'],
  ['replication-controllers', 'v1', 'ReplicationController'],
  ['services', 'v1', 'Service'],
  ['daemonsets', 'apps/v1', 'DaemonSet'],
  ['deployments', 'apps/v1', 'Deployment'],
  ['replicasets', 'apps/v1', 'ReplicaSet'],
  ['pods', 'v1', 'Pod'],
] as const

interface List extends AnyObject {
  readonly items: readonly AnyObject[]
}

/** `kubectl cluster-info dump`: objects and logs, to standard output or into a directory with a file for each. */
export const clusterInfoDump: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const printer = yield* printerFor(kubectl, { struct: true })
    const { format } = outputFormat(kubectl)
    if (format === 'name') throw new CommandError('list types are not supported by name printing: *v1.NodeList')
    const folder = flags.text('output-directory')
    const extension = format === 'json' || format === 'yaml' ? format : 'txt'
    const emit = sink(folder)
    yield* emit(`nodes.${extension}`, printList(printer, yield* list(kubectl, 'v1', 'Node', '')))
    for (const namespace of yield* namespacesOf(kubectl)) {
      let pods: readonly AnyObject[] = []
      for (const [file, apiVersion, kind] of dumped) {
        const found = yield* list(kubectl, apiVersion, kind, namespace)
        pods = found.items
        yield* emit(`${namespace}/${file}.${extension}`, printList(printer, found))
      }
      for (const pod of pods)
        yield* emit(`${namespace}/${pod.metadata.name}/logs.txt`, yield* logsOf(kubectl, namespace, pod as unknown as Pod))
    }
    if (folder !== '' && folder !== '-') yield* out(`Cluster info dumped to ${folder}\n`)
  },
}

/** Printed as a Go program prints a typed list: kind before apiVersion, and neither of them in an item. */
const printList = (printer: Printer, { kind, apiVersion, metadata, items }: List) =>
  printer({
    kind,
    apiVersion,
    metadata,
    items: items.map((item) => untyped(asStruct({ ...item, apiVersion, kind: kind.replace(/List$/, '') }))),
  })

const untyped = ({ kind: _kind, apiVersion: _apiVersion, ...members }: Printable) => members

const sink = (folder: string) =>
  function* (name: string, text: string): Proc {
    if (folder === '' || folder === '-') return yield* out(text)
    const path = `${folder}/${name}`
    yield* makeDirectory(path.slice(0, path.lastIndexOf('/')), { parents: true })
    yield* writeFile(path, text)
  }

function* list(kubectl: Kubectl, apiVersion: string, kind: string, namespace: string): Proc<List> {
  const found = yield* requestJson<List>(kubectl, { path: pathOf(builtInResource({ apiVersion, kind }), namespace) })
  return { ...found, items: found.items ?? [] }
}

function* namespacesOf(kubectl: Kubectl): Proc<readonly string[]> {
  const { flags } = kubectl
  if (flags.bool('all-namespaces')) return (yield* list(kubectl, 'v1', 'Namespace', '')).items.map(({ metadata }) => metadata.name)
  const asked = flags.list('namespaces')
  return asked.length > 0 ? asked : ['kube-system', (yield* clientConfig(kubectl)).namespace]
}

function* logsOf(kubectl: Kubectl, namespace: string, { metadata, spec }: Pod): Proc<string> {
  let text = ''
  for (const { name } of [...(spec.initContainers ?? []), ...spec.containers]) {
    const head = `logs for container ${name} of pod ${namespace}/${metadata.name}`
    text += `==== START ${head} ====\n${yield* logOf(kubectl, namespace, metadata.name, name)}==== END ${head} ====\n`
  }
  return text
}

/** A container's log; why there is none stands in its place. */
function* logOf(kubectl: Kubectl, namespace: string, pod: string, container: string): Proc<string> {
  try {
    const fd = yield* requestLogs(kubectl, { namespace, name: pod }, { container })
    let text = ''
    for (let chunk = yield* read(fd); chunk !== ''; chunk = yield* read(fd)) text += chunk
    yield* close(fd)
    return text
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return `Request log error: the server rejected our request for an unknown reason (get pods ${pod})\n`
  }
}
