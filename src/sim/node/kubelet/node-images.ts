import type { Engine } from '../../engine/engine'
import type { ContainerImage } from '../../api/types/core-v1.gen'
import type { Catalogue } from '../images/catalogue'
import type { Image } from '../images/image'
import type { ImageReference } from '../images/reference'
import type { Login } from './pull-secrets'
import type { Latency } from './latency'

/** A pull that has been queued: how long until its end, and how it will end. */
export interface Pull {
  readonly waitMs: number
  readonly durationMs: number
  readonly outcome: { readonly image: Image } | { readonly error: string }
}

/** The images on one node, and its queue to the registries: the kubelet pulls one at a time. */
export interface NodeImages {
  present(reference: ImageReference): Image | undefined
  /** `logins`: what the Pod has for registries that want to know who asks. */
  pull(reference: ImageReference, logins?: readonly Login[]): Pull
  add(image: Image): void
  /** Forgets a tag, by its whole name (`docker.io/library/nginx:1.29`): the next Pod that needs it has it pulled. */
  remove(name: string): void
  /** As `status.images` of the Node lists them, largest first. */
  list(): readonly ContainerImage[]
  /** Grows when an image arrives or goes. */
  readonly version: number
}

export function createNodeImages(engine: Engine, catalogue: Catalogue, latency: Latency): NodeImages {
  const present = new Map<string, Image>()
  /** Digests that an earlier pull in the queue will have brought by the time a later one has its turn. */
  const coming = new Set<string>()
  let freeAtMs = 0
  let version = 0

  const add = (image: Image) => {
    const key = `${image.repository}:${image.tag}`
    if (present.has(key)) return
    coming.add(image.digest)
    present.set(key, image)
    version++
  }
  const byName = (reference: ImageReference) => {
    const image = catalogue.find(reference)
    return image && present.get(`${image.repository}:${image.tag}`)
  }

  return {
    get version() {
      return version
    },
    present: byName,
    add,
    remove(name) {
      const image = present.get(name)
      if (!image) return
      present.delete(name)
      coming.delete(image.digest)
      version++
    },
    pull(reference, logins = []) {
      const waitMs = Math.max(0, freeAtMs - engine.nowMs)
      const found = catalogue.find(reference)
      const image = found && mayPull(found, reference, logins) ? found : undefined
      const jitter = 0.9 + engine.random.next() * 0.2
      const durationMs =
        jitter *
        (image === undefined
          ? latency.refusalMs
          : coming.has(image.digest)
            ? latency.presentMs
            : latency.registryMs + image.sizeBytes / latency.pullBytesPerMs)
      freeAtMs = engine.nowMs + waitMs + durationMs
      if (image) coming.add(image.digest)
      return { waitMs, durationMs, outcome: image ? { image } : { error: refusal(reference, catalogue, logins) } }
    },
    list() {
      const byDigest = new Map<string, Image[]>()
      for (const image of present.values()) byDigest.set(image.digest, [...(byDigest.get(image.digest) ?? []), image])
      return [...byDigest.values()]
        .map((images) => ({
          names: [`${images[0]!.repository}@${images[0]!.digest}`, ...images.map(({ repository, tag }) => `${repository}:${tag}`)],
          sizeBytes: images[0]!.sizeBytes,
        }))
        .sort((a, b) => b.sizeBytes - a.sizeBytes)
    },
  }
}

/** containerd's words for an image that its registry will not give, as a kubelet passes them on: with the gRPC code only where it says something. */
function refusal(reference: ImageReference, catalogue: Catalogue, logins: readonly Login[]): string {
  const { registry, repository, text } = reference
  const login = logins.find((each) => each.registry === registry)
  const found = catalogue.find(reference)
  const attempt = `failed to pull and unpack image "${text}": failed to resolve reference "${text}"`
  if (/\.(invalid|local|internal|test|example)(:\d+)?$/.test(registry) || registry.startsWith('localhost')) {
    const url = `https://${registry}/v2/${repository.slice(registry.length + 1)}/manifests/${reference.tag || reference.digest}`
    const host = registry.replace(/:\d+$/, '')
    const why = registry.startsWith('localhost')
      ? 'dial tcp 127.0.0.1:443: connect: connection refused'
      : `dial tcp: lookup ${host} on 8.8.8.8:53: no such host`
    return `failed to pull and unpack image "${text}": failed to resolve reference "${text}": failed to do request: Head "${url}": ${why}`
  }
  const scope = `repository%3A${encodeURIComponent(repository.slice(registry.length + 1))}%3Apull`
  const [tokens, service] = registry === 'docker.io' ? ['auth.docker.io', 'registry.docker.io'] : [registry, registry]
  const token = (kind: 'anonymous' | 'oauth', status: string) =>
    `${attempt}: failed to authorize: failed to fetch ${kind} token: unexpected status from GET request to https://${tokens}/token?scope=${scope}&service=${service}: ${status}`
  // Nobody's password is right at Docker Hub: no account of its is part of the simulation.
  if (login && (registry === 'docker.io' ? !found : found)) return token('oauth', '401 Unauthorized')
  if (found?.login) return token('anonymous', '401 Unauthorized')
  if (catalogue.hasRepository(repository) || registry === 'registry.k8s.io' || registry === 'k8s.gcr.io' || registry === 'gcr.io') {
    return `rpc error: code = NotFound desc = ${attempt}: ${text}: not found`
  }
  if (registry === 'docker.io') {
    return `${attempt}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  }
  return token('anonymous', '403 Forbidden')
}

/** Whether a registry hands the image to somebody with these logins. */
const mayPull = ({ login }: Image, { registry }: ImageReference, logins: readonly Login[]) =>
  !login || logins.some((each) => each.registry === registry && each.username === login.username && each.password === login.password)
