import { annotationsOf, setMetadata, type Origin, type Resource } from './resource'

/** The origin of what stands in `path`, as seen from `folder`. */
export const joined = (folder: string, path: string): string => {
  const parts: string[] = []
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length && parts.at(-1) !== '..') parts.pop()
    else parts.push(part)
  }
  return parts.join('/')
}

/** Writes down where resources come from and what has changed them, as far as `buildMetadata` asks. */
export function annotateOrigins(resources: readonly Resource[], wanted: readonly string[]): void {
  for (const resource of resources) {
    const notes: Record<string, string> = {}
    if (wanted.includes('originAnnotations') && resource.origin) notes['config.kubernetes.io/origin'] = originYaml(resource.origin)
    if (wanted.includes('transformerAnnotations') && resource.transformedBy.length)
      notes['alpha.config.kubernetes.io/transformations'] = resource.transformedBy.map((origin) => item(originYaml(origin))).join('')
    if (Object.keys(notes).length) setMetadata(resource, 'annotations', { ...annotationsOf(resource), ...notes })
  }
}

const item = (yaml: string) => `- ${yaml.trimEnd().replaceAll('\n', '\n  ')}\n`

function originYaml({ path, configuredIn, configuredBy }: Origin): string {
  const by = configuredBy
    ? `configuredBy:\n  apiVersion: ${configuredBy.apiVersion}\n  kind: ${configuredBy.kind}\n${configuredBy.name ? `  name: ${configuredBy.name}\n` : ''}`
    : ''
  return `${path ? `path: ${path}\n` : ''}${configuredIn ? `configuredIn: ${configuredIn}\n` : ''}${by}`
}
