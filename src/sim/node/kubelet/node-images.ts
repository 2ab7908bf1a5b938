import type { Engine } from '../../engine/engine'
import type { ContainerImage } from '../../api/types/core-v1.gen'
import type { Catalogue } from '../images/catalogue'
import type { Image } from '../images/image'
import type { ImageReference } from '../images/reference'
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
  pull(reference: ImageReference): Pull
  add(image: Image): void
  /** As `status.images` of the Node lists them, largest first. */
  list(): readonly ContainerImage[]
  /** Grows when an image arrives. */
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
    pull(reference) {
      const waitMs = Math.max(0, freeAtMs - engine.nowMs)
      const image = catalogue.find(reference)
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
      return { waitMs, durationMs, outcome: image ? { image } : { error: refusal(reference, catalogue) } }
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

/** containerd's words for an image that its registry will not give. */
function refusal(reference: ImageReference, catalogue: Catalogue): string {
  const { registry, repository, text } = reference
  const attempt = `failed to pull and unpack image "${text}": failed to resolve reference "${text}"`
  if (/\.(invalid|local|internal|test|example)(:\d+)?$/.test(registry) || registry.startsWith('localhost')) {
    const url = `https://${registry}/v2/${repository.slice(registry.length + 1)}/manifests/${reference.tag || reference.digest}`
    const host = registry.replace(/:\d+$/, '')
    const why = registry.startsWith('localhost')
      ? 'dial tcp 127.0.0.1:443: connect: connection refused'
      : `dial tcp: lookup ${host} on 8.8.8.8:53: no such host`
    return `rpc error: code = Unknown desc = failed to pull and unpack image "${text}": failed to resolve reference "${text}": failed to do request: Head "${url}": ${why}`
  }
  if (catalogue.hasRepository(repository) || registry === 'registry.k8s.io' || registry === 'k8s.gcr.io' || registry === 'gcr.io') {
    return `rpc error: code = NotFound desc = ${attempt}: ${text}: not found`
  }
  if (registry === 'docker.io') {
    return `rpc error: code = Unknown desc = ${attempt}: pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`
  }
  const scope = `repository%3A${encodeURIComponent(repository.slice(registry.length + 1))}%3Apull`
  return `rpc error: code = Unknown desc = ${attempt}: failed to authorize: failed to fetch anonymous token: unexpected status from GET request to https://${registry}/token?scope=${scope}&service=${registry}: 403 Forbidden`
}
