import type { NetworkAnswer } from '../../api/waiting'

/** A resource as `/apis/{group}/{version}` lists it. */
interface ListedResource {
  readonly name: string
  readonly singularName?: string
  readonly namespaced?: boolean
  readonly kind: string
  readonly group?: string
  readonly version?: string
  readonly verbs?: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

/** What another API server lists of a version, in the form of aggregated discovery: subresources stand with their resource. */
export function discoveredResources(answer: NetworkAnswer, group: string, version: string): readonly unknown[] {
  const { resources = [] } = (jsonOf(answer) ?? {}) as { readonly resources?: readonly ListedResource[] }
  const kindOf = (each: ListedResource) => ({ group: each.group || group, version: each.version || version, kind: each.kind })
  return resources
    .filter(({ name }) => !name.includes('/'))
    .map((each) => {
      const parts = resources.filter(({ name }) => name.startsWith(`${each.name}/`))
      return {
        resource: each.name,
        responseKind: kindOf(each),
        scope: each.namespaced ? 'Namespaced' : 'Cluster',
        singularResource: each.singularName ?? '',
        verbs: each.verbs ?? [],
        ...(each.shortNames?.length && { shortNames: each.shortNames }),
        ...(each.categories?.length && { categories: each.categories }),
        ...(parts.length > 0 && {
          subresources: parts.map((part) => ({
            subresource: part.name.slice(each.name.length + 1),
            responseKind: kindOf(part),
            verbs: part.verbs ?? [],
          })),
        }),
      }
    })
}

/** Where another API server's index of OpenAPI documents says that one lies; undefined when it has none. */
export function openApiOf(answer: NetworkAnswer, path: string): string | undefined {
  const { paths } = (jsonOf(answer) ?? {}) as { readonly paths?: Readonly<Record<string, { readonly serverRelativeURL?: string }>> }
  return paths?.[path]?.serverRelativeURL
}

function jsonOf(answer: NetworkAnswer): unknown {
  if ('error' in answer || answer.status !== 200) return undefined
  try {
    return JSON.parse(answer.body) as unknown
  } catch {
    return undefined // no API server answers like that: it has no resources
  }
}
