import type { KubeObject } from '../../sim/api/object'
import type { Cluster } from '../../sim/cluster'
import { parseTimestamp } from '../../sim/engine/time'
import { allKinds } from '../../sim/kinds/all'
import type { CustomResourceDefinition } from '../../sim/api/types/apiextensions-v1.gen'
import type { Input } from './protocol'

/**
 * What a person put into the cluster, for a build that cannot live through the journal of an older one: then the objects are created anew and
 * the files written again, as after moving to another cluster. What controllers make of them is not kept, nor what programs were doing.
 */
export interface KeptObjects {
  readonly objects: readonly object[]
  /** Files of the home folder, by path. */
  readonly files: Readonly<Record<string, string>>
}

/** Kinds that the cluster makes and keeps by itself. */
const OWN_DOING: ReadonlySet<string> = new Set([
  'Event',
  'Lease',
  'Node',
  'CSINode',
  'Endpoints',
  'EndpointSlice',
  'ComponentStatus',
  'CertificateSigningRequest',
  'ControllerRevision',
  'VolumeAttachment',
  'APIService',
  'IPAddress',
  'ResourceSlice',
  'PodMetrics',
  'NodeMetrics',
])
const LARGEST_FILE = 100_000

/** What a person has made since the cluster was handed over at `startMs`, and the files under `home`. */
export function keepObjects(cluster: Cluster, startMs: number, home: string): KeptObjects {
  const isNew = ({ metadata }: KubeObject) => parseTimestamp(metadata.creationTimestamp ?? '') >= startMs
  const objects = everyObject(cluster).filter((object) => isNew(object) && isOnesOwn(object))
  const files: Record<string, string> = {}
  const visit = (folder: string) => {
    for (const { name, directory } of cluster.files.list(folder)) {
      const path = `${folder}/${name}`
      if (directory) visit(path)
      else {
        const text = cluster.files.read(path)
        if (text !== undefined && text.length <= LARGEST_FILE) files[path] = text
      }
    }
  }
  visit(home)
  return { objects: objects.map(asManifest), files }
}

function everyObject(cluster: Cluster): readonly KubeObject[] {
  const client = cluster.client()
  const list = (name: string): readonly KubeObject[] => {
    const kind = cluster.findKind(name)
    return kind && !OWN_DOING.has(kind.kind) ? client.list(kind) : []
  }
  const definitions = list('customresourcedefinitions.apiextensions.k8s.io') as readonly (CustomResourceDefinition & KubeObject)[]
  const names = [
    ...allKinds.map(({ plural, group }) => (group ? `${plural}.${group}` : plural)),
    ...definitions.map(({ metadata }) => metadata.name ?? ''),
  ]
  return [...new Set(names)].flatMap(list)
}

function isOnesOwn({ kind, metadata, ...rest }: KubeObject): boolean {
  if (metadata.ownerReferences?.length || metadata.deletionTimestamp) return false
  if (kind === 'ServiceAccount' && metadata.name === 'default') return false
  if (kind === 'ConfigMap' && metadata.name === 'kube-root-ca.crt') return false
  if (kind === 'PersistentVolume' && metadata.annotations?.['pv.kubernetes.io/provisioned-by']) return false
  return (rest as { type?: string }).type !== 'kubernetes.io/service-account-token'
}

/** Fields that the cluster filled in, by kind: in a manifest they would be refused or bind to what is no longer there. */
const filledIn: Readonly<Record<string, readonly string[]>> = {
  Pod: ['nodeName', 'serviceAccount'],
  Service: ['clusterIP', 'clusterIPs', 'healthCheckNodePort'],
  PersistentVolumeClaim: ['volumeName'],
  PersistentVolume: ['claimRef'],
}

/** A set-aside object as one would write it down. */
function asManifest(object: KubeObject): object {
  const {
    apiVersion,
    kind,
    metadata,
    status: _status,
    ...rest
  } = object as KubeObject & { status?: unknown; spec?: Record<string, unknown> }
  const { name, namespace, labels, annotations, finalizers } = metadata
  const spec = rest.spec && { ...rest.spec }
  for (const field of filledIn[kind] ?? []) delete spec?.[field]
  if (kind === 'Job' && spec && !spec.manualSelector) {
    // The selector and its label are drawn anew for each Job.
    const template = spec.template as { metadata?: { labels?: Record<string, string> } }
    const kept = Object.entries(template.metadata?.labels ?? {}).filter(([label]) => !/controller-uid$|job-name$/.test(label))
    delete spec.selector
    spec.template = { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(kept) } }
  }
  return { apiVersion, kind, metadata: { name, namespace, labels, annotations, finalizers }, ...rest, ...(spec && { spec }) }
}

const FOLDER = '/tmp/brought-back'
/** Rounds in which objects are created: others stand on the first two. */
const ROUNDS = ['Namespace', 'CustomResourceDefinition', undefined] as const

/** The inputs that put kept objects and files into a fresh cluster; they go into its journal like everything else. */
export function bringBack({ objects, files }: KeptObjects): readonly Input[] {
  const writes = Object.entries(files).map(([path, text]): Input => ({ do: 'write', path, text }))
  const rounds = ROUNDS.map((wanted) =>
    objects.filter((object) => {
      const { kind } = object as { kind: string }
      return wanted ? kind === wanted : !ROUNDS.some((other) => other === kind)
    }),
  )
  const manifests = rounds.map((items, round): Input => {
    return { do: 'write', path: `${FOLDER}/${round}.json`, text: JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, null, 1) }
  })
  const commands = rounds.flatMap((items, round) => {
    if (items.length === 0) return []
    const create = `kubectl create -f ${FOLDER}/${round}.json`
    return round === 1 ? [create, `kubectl wait --for=condition=Established --timeout=60s -f ${FOLDER}/${round}.json`] : [create]
  })
  return [...writes, ...manifests, { do: 'run', run: 0, script: commands.join('\n') }]
}
