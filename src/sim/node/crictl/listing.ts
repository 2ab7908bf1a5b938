import { toYaml } from '../../formats/yaml-emit'
import type { Host } from '../host'
import { usageOf } from '../kubelet/usage'
import { nowMs, write } from '../os/calls'
import type { Proc } from '../os/syscalls'
import { isRunning, knownContainers, knownPods, labelsOfContainer, labelsOfPod, short, type Known } from './containers'
import type { Options } from './options'
import { statusOfContainer, statusOfPod } from './statuses'
import { inSize, inWords } from './units'

/** `crictl ps`: containers that run, with -a all. */
export function* ps(host: Host, options: Options): Proc<number> {
  const { has, of } = options
  const state = of('state')?.toLowerCase()
  const [named, inNamespace] = [regularly(of('name')), regularly(of('namespace'))]
  const labelled = labelFilter(options)
  const chosen = newest(
    options,
    knownContainers(host).filter(
      (known) =>
        (state === undefined ? has('all') || has('latest') || has('last') || isRunning(known) : stateOf(known).toLowerCase() === state) &&
        named(known.state.spec.name) &&
        inNamespace(known.pod.pod.metadata.namespace ?? '') &&
        known.container.id.startsWith(of('id') ?? '') &&
        (known.pod.sandbox?.id ?? '').startsWith(of('pod') ?? '') &&
        (of('image') === undefined || isImage(known, of('image')!)) &&
        labelled(labelsOfContainer(known)),
    ),
  )
  const now = yield* nowMs()
  const id = (text: string) => (has('no-trunc') ? text : short(text))
  return yield* show(options, 'containers', {
    ids: chosen.map(({ container }) => container.id),
    objects: () => chosen.map((known) => listed(statusOfContainer(known))),
    heads: ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD', 'NAMESPACE'],
    rows: () =>
      chosen.map((known) => [
        id(known.container.id),
        has('no-trunc') ? known.container.config.image.digest : short(known.container.config.image.digest),
        `${inWords(now - known.container.startedMs)} ago`,
        stateOf(known),
        known.state.spec.name,
        String(known.attempt),
        id(known.pod.sandbox?.id ?? ''),
        known.pod.pod.metadata.name,
        known.pod.pod.metadata.namespace ?? '',
      ]),
  })
}

const stateOf = (known: Known) => (isRunning(known) ? 'Running' : 'Exited')

const isImage = ({ container: { config } }: Known, wanted: string) =>
  config.image.digest.replace('sha256:', '').startsWith(wanted.replace('sha256:', '')) ||
  `${config.image.repository}:${config.image.tag}`.includes(wanted)

/** `crictl pods`: sandboxes. */
export function* pods(host: Host, options: Options): Proc<number> {
  const { has, of } = options
  const [named, inNamespace] = [regularly(of('name')), regularly(of('namespace'))]
  const labelled = labelFilter(options)
  const state = of('state')?.toLowerCase()
  const readiness = ({ finished }: { readonly finished: boolean }) => (finished ? 'NotReady' : 'Ready')
  const chosen = newest(
    options,
    knownPods(host).filter(
      (known) =>
        named(known.pod.metadata.name) &&
        inNamespace(known.pod.metadata.namespace ?? '') &&
        known.sandbox!.id.startsWith(of('id') ?? '') &&
        (state === undefined || readiness(known).toLowerCase() === state) &&
        labelled(labelsOfPod(known)),
    ),
  )
  const now = yield* nowMs()
  return yield* show(options, 'items', {
    ids: chosen.map(({ sandbox }) => sandbox!.id),
    objects: () => chosen.map((known) => listed(statusOfPod(known))),
    heads: ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'],
    rows: () =>
      chosen.map((known) => [
        has('no-trunc') ? known.sandbox!.id : short(known.sandbox!.id),
        `${inWords(now - known.startedMs)} ago`,
        readiness(known),
        known.pod.metadata.name,
        known.pod.metadata.namespace ?? '',
        '0',
        '(default)',
      ]),
  })
}

/** `crictl images [REPOSITORY[:TAG]]`. */
export function* images(host: Host, options: Options): Proc<number> {
  const { has, words } = options
  const [wanted] = words
  const all = host.images.list().map(({ names = [], sizeBytes = 0 }) => ({ digest: names[0]!, tags: names.slice(1), sizeBytes }))
  const chosen = all
    .filter(({ tags }) => wanted === undefined || tags.some((tag) => isCalled(tag, wanted)))
    .sort((one, other) => ((one.tags[0] ?? one.digest) < (other.tags[0] ?? other.digest) ? -1 : 1))
  const id = ({ digest }: { readonly digest: string }) => digest.slice(digest.indexOf('sha256:'))
  return yield* show(options, 'images', {
    ids: chosen.map(id),
    objects: () =>
      chosen.map((image) => ({
        id: id(image),
        repoTags: image.tags,
        repoDigests: [image.digest],
        size: String(image.sizeBytes),
        uid: null,
        username: '',
        spec: null,
        pinned: image.tags.some((tag) => tag.startsWith('registry.k8s.io/pause:')),
      })),
    heads: ['IMAGE', 'TAG', ...(has('digests') ? ['DIGEST'] : []), 'IMAGE ID', 'SIZE'],
    rows: () =>
      chosen.flatMap((image) =>
        image.tags.map((tag) => {
          const colon = tag.lastIndexOf(':')
          const digest = id(image)
          return [
            tag.slice(0, colon),
            tag.slice(colon + 1),
            ...(has('digests') ? [has('no-trunc') ? digest : short(digest)] : []),
            has('no-trunc') ? digest : short(digest),
            inSize(image.sizeBytes),
          ]
        }),
      ),
  })
}

/** `nginx`, `nginx:1.29` and the whole name all mean docker.io/library/nginx:1.29. */
const isCalled = (tag: string, wanted: string) => [tag, tag.slice(0, tag.lastIndexOf(':'))].some((name) => name === wanted || name.endsWith(`/${wanted}`)) // prettier-ignore

/** `crictl stats [ID]`: what running containers use now. */
export function* stats(host: Host, options: Options): Proc<number> {
  const usage = usageOf(host.kubelet)
  const now = yield* nowMs()
  const chosen = knownContainers(host)
    .filter((known) => isRunning(known) && known.container.id.startsWith(options.of('id') ?? options.words[0] ?? ''))
    .sort((one, other) => (one.container.id < other.container.id ? -1 : 1))
  const rows = chosen.map(({ container, pod, state }) => {
    const used = usage.find((each) => each.pod === pod.pod)?.containers.find(({ name }) => name === state.spec.name)
    const runMs = Math.max(1, now - container.startedMs)
    const percent = ((used?.cpuMs ?? 0) / runMs) * 100 + (used?.idleMilliCores ?? 0) / 10
    return [
      short(container.id),
      state.spec.name,
      percent.toFixed(2),
      inSize(used?.memoryBytes ?? 0),
      inSize(Math.max(0, container.files.root.usedBytes)),
      String(container.files.root.lastInode),
    ]
  })
  yield* write(1, table(['CONTAINER', 'NAME', 'CPU %', 'MEM', 'DISK', 'INODES'], rows))
  return 0
}

interface Listing {
  readonly ids: readonly string[]
  readonly objects: () => readonly unknown[]
  readonly heads: readonly string[]
  readonly rows: () => readonly (readonly string[])[]
}

function* show({ has, of }: Options, member: string, { ids, objects, heads, rows }: Listing): Proc<number> {
  const output = of('output') ?? 'table'
  if (output === 'json') yield* write(1, `${JSON.stringify({ [member]: objects() }, null, 2)}\n`)
  else if (output === 'yaml') yield* write(1, toYaml({ [member]: objects() }))
  else if (output !== 'table') {
    yield* write(2, `FATA[0000] unsupported output format "${output}"                       \n`)
    return 1
  } else yield* write(1, has('quiet') ? ids.map((id) => `${id}\n`).join('') : table(heads, rows()))
  return 0
}

/** Lists tell less of an object than a look at it alone. */
function listed(status: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { id, podSandboxId, metadata, image, imageRef, state, createdAt, labels, annotations } = status
  return { id, ...(podSandboxId !== undefined && { podSandboxId }), metadata, ...(image !== undefined && { image, imageRef }), state, createdAt, labels, annotations } // prettier-ignore
}

function newest<T>({ has, of }: Options, all: readonly T[]): readonly T[] {
  if (has('latest')) return all.slice(0, 1)
  return has('last') ? all.slice(0, Number(of('last'))) : all
}

function regularly(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined) return () => true
  try {
    const expression = new RegExp(pattern)
    return (text) => expression.test(text)
  } catch {
    return (text) => text.includes(pattern)
  }
}

function labelFilter({ all }: Options): (labels: Readonly<Record<string, string>>) => boolean {
  const wanted = all('label').map((each) => each.split('=', 2))
  return (labels) => wanted.every(([key = '', value = '']) => labels[key] === value)
}

const LEAST_WIDTH = 20
const GAP = 3

/** Columns at least twenty wide, as Go's tabwriter makes them for crictl; the last one is padded too. */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows]
  const widths = heads.map((_, column) => Math.max(LEAST_WIDTH, ...all.map((row) => row[column]!.length + GAP)))
  return all
    .map((row) => `${row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column]!))).join('')}\n`)
    .join('')
}
