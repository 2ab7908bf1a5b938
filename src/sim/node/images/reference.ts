/** An image name, completed the way containerd completes it. */
export interface ImageReference {
  /** `docker.io`, `registry.k8s.io`, `localhost:5000`. */
  readonly registry: string
  /** With the registry: `docker.io/library/nginx`. */
  readonly repository: string
  readonly tag: string
  readonly digest?: string
  /** What messages and statuses call it: `docker.io/library/nginx:latest`. */
  readonly text: string
}

const PATH_COMPONENT = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/
const REGISTRY = /^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d+)?$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^sha256:[0-9a-f]{64}$/

/** Reads `nginx`, `team/app:1.2`, `registry.k8s.io/pause:3.10@sha256:…`. Answers `{ error }` with the distribution library's words for what is no image name. */
export function parseImage(name: string): ImageReference | { readonly error: string } {
  const [beforeDigest = '', digest] = name.split('@')
  const slash = beforeDigest.lastIndexOf('/')
  const colon = beforeDigest.indexOf(':', slash + 1)
  const path = colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)
  const tag = colon < 0 ? (digest ? '' : 'latest') : beforeDigest.slice(colon + 1)
  const parts = path.split('/')
  const first = parts[0]!
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase())
  const registry = hasRegistry ? first : 'docker.io'
  const components = hasRegistry ? parts.slice(1) : parts
  if (registry === 'docker.io' && components.length === 1) components.unshift('library')
  const inRegistry = components.join('/')
  if (inRegistry !== inRegistry.toLowerCase() && PATH_COMPONENT.test(inRegistry.toLowerCase().replaceAll('/', '-'))) {
    return { error: `invalid reference format: repository name (${inRegistry}) must be lowercase` }
  }
  const fine =
    REGISTRY.test(registry) &&
    components.every((part) => PATH_COMPONENT.test(part)) &&
    (tag === '' ? digest !== undefined : TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest))
  if (!fine) return { error: 'invalid reference format' }
  const repository = `${registry}/${inRegistry}`
  return { registry, repository, tag, ...(digest && { digest }), text: `${repository}${tag && `:${tag}`}${digest ? `@${digest}` : ''}` }
}
