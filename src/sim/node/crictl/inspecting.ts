import { toYaml } from '../../formats/yaml-emit'
import { parseTemplate, printTemplate } from '../../kubectl/printers/go-template'
import type { Host } from '../host'
import { RUNTIME_VERSION } from '../node-object'
import { pidOnHost } from '../pids'
import { write } from '../os/calls'
import type { Proc } from '../os/syscalls'
import { knownContainers, knownPods } from './containers'
import type { Options } from './options'
import { statusOfContainer, statusOfPod } from './statuses'

/** `crictl inspect ID…`: what the runtime knows of containers, whatever has become of them. */
export function* inspect(host: Host, options: Options): Proc<number> {
  const known = knownContainers(host)
  return yield* each(options, 'container', (id) => {
    const found = known.find(({ container }) => container.id.startsWith(id))
    if (!found) return undefined
    const { container, pod, state } = found
    return {
      info: {
        config: {
          args: container.config.args ?? null,
          command: container.config.command ?? null,
          envs: Object.entries(container.env).map(([key, value]) => ({ key, value })),
          image: { image: container.config.image.digest, user_specified_image: state.spec.image ?? '' },
          metadata: { name: state.spec.name },
          working_dir: container.config.workingDir ?? '',
        },
        pid: state.running === container ? pidOnHost(container) : 0,
        runtimeType: 'io.containerd.runc.v2',
        sandboxID: pod.sandbox?.id ?? '',
        snapshotter: 'overlayfs',
      },
      status: statusOfContainer(found),
    }
  })
}

/** `crictl inspectp ID…`: the same of sandboxes. */
export function* inspectp(host: Host, options: Options): Proc<number> {
  const pods = knownPods(host)
  return yield* each(options, 'pod sandbox', (id) => {
    const found = pods.find(({ sandbox }) => sandbox!.id.startsWith(id))
    return found && { info: { image: 'registry.k8s.io/pause', runtimeType: 'io.containerd.runc.v2' }, status: statusOfPod(found) }
  })
}

/** `crictl inspecti IMAGE…`. */
export function* inspecti(host: Host, options: Options): Proc<number> {
  const images = host.images.list()
  return yield* each(options, 'image', (id) => {
    const found = images.find(({ names = [] }) => names.some((name) => name === id || name.endsWith(`/${id}`) || name.replace(/^.*sha256:/, '').startsWith(id))) // prettier-ignore
    const [digest = '', ...repoTags] = found?.names ?? []
    return (
      found && {
        status: {
          id: digest.slice(digest.indexOf('sha256:')),
          pinned: false,
          repoDigests: [digest],
          repoTags,
          size: String(found.sizeBytes ?? 0),
          spec: null,
          uid: null,
          username: '',
        },
      }
    )
  })
}

/** `crictl info`: how the runtime is. */
export function* info(_: Host, options: Options): Proc<number> {
  const condition = (type: string) => ({ message: '', reason: '', status: true, type })
  return yield* print(options, {
    config: { containerd: { defaultRuntimeName: 'runc', snapshotter: 'overlayfs' }, rootDir: '/var/lib/containerd/io.containerd.grpc.v1.cri', stateDir: '/run/containerd/io.containerd.grpc.v1.cri' },
    lastCNILoadStatus: 'OK',
    runtimeHandlers: [{ features: { recursive_read_only_mounts: true, user_namespaces: true }, name: 'runc' }],
    status: { conditions: [condition('RuntimeReady'), condition('NetworkReady')] },
  }) // prettier-ignore
}

/** `crictl version`. */
export function* version(): Proc<number> {
  const [name = '', release = ''] = RUNTIME_VERSION.split('://')
  yield* write(1, `Version:  0.1.0\nRuntimeName:  ${name}\nRuntimeVersion:  v${release}\nRuntimeApiVersion:  v1\n`)
  return 0
}

function* each(options: Options, what: string, look: (id: string) => unknown): Proc<number> {
  if (options.words.length === 0) {
    yield* write(2, `FATA[0000] ID cannot be empty                            \n`)
    return 1
  }
  for (const id of options.words) {
    const found = look(id)
    if (found === undefined) {
      yield* write(2, `FATA[0000] getting the status of the ${what} "${id}": rpc error: code = NotFound desc = an error occurred when try to find ${what === 'pod sandbox' ? 'sandbox' : what} "${id}": not found \n`) // prettier-ignore
      return 1
    }
    const code = yield* print(options, found)
    if (code !== 0) return code
  }
  return 0
}

function* print({ of }: Options, object: unknown): Proc<number> {
  const output = of('output') ?? 'json'
  if (output === 'json') yield* write(1, `${JSON.stringify(object, null, 2)}\n`)
  else if (output === 'yaml') yield* write(1, toYaml(object))
  else if (output === 'go-template') {
    try {
      yield* write(1, `${printTemplate(parseTemplate(of('template') ?? ''), object, true)}\n`)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      yield* write(2, `FATA[0000] ${error.message} \n`)
      return 1
    }
  } else {
    yield* write(2, `FATA[0000] unsupported output format "${output}" \n`)
    return 1
  }
  return 0
}
