import { isObject } from '../../formats/merge-patch'
import { CommandError } from '../errors'
import { changeField, type FieldPath } from './field-paths'
import { groupVersion, isClusterScoped, kindText, sameId, type ResourceId } from './ids'
import type { Variable } from './kustomization'
import type { Resources } from './resources'
import { originalId } from './resource'

const targetOf = ({ objref }: Variable): ResourceId => ({
  ...(objref?.apiVersion ? groupVersion(objref.apiVersion) : { group: objref?.group ?? '', version: objref?.version ?? '' }),
  kind: objref?.kind ?? '',
  name: objref?.name ?? '',
  namespace: objref?.namespace ?? '',
})

const pathOf = ({ fieldref }: Variable) => fieldref?.fieldpath || 'metadata.name'
const described = (variable: Variable) => `{${variable.name ?? ''} ${kindText(targetOf(variable))} {${pathOf(variable)}}}`

/** Adds a kustomization's variables to those of its bases, and marks what holds their values. Throws CommandError. */
export function mergeVariables(resources: Resources, known: readonly Variable[], incoming: readonly Variable[]): Variable[] {
  for (const variable of incoming) {
    const target = targetOf(variable)
    const exact = target.namespace !== '' || isClusterScoped(target)
    const found = resources.filter((resource) => {
      const id = originalId(resource)
      return exact
        ? sameId(id, target)
        : id.name === target.name && id.kind === target.kind && id.group === target.group && id.version === target.version
    })
    if (found.length > 1)
      throw new CommandError(`found ${found.length} resId matches for var ${described(variable)} (unable to disambiguate)`)
    found[0]?.variables.push(variable.name ?? '')
  }
  const all = [...known]
  for (const variable of incoming) {
    if (all.some(({ name }) => name === variable.name)) {
      const written = incoming.map((each) => `{${each.name ?? ''} ${kindText({ ...targetOf(each), version: '', group: '' })} {${each.fieldref?.fieldpath ?? ''}}}`).join(' ') // prettier-ignore
      throw new CommandError(`merging vars [${written}]: var '${variable.name}' already encountered`)
    }
    all.push(variable)
  }
  return all
}

/** Puts values in the place of `$(NAME)`. Answers the variables nobody used. Throws CommandError. */
export function resolveVariables(resources: Resources, variables: readonly Variable[], paths: readonly FieldPath[]): string[] {
  if (variables.length === 0) return []
  const values = new Map(variables.map((variable) => [variable.name ?? '', valueOf(resources, variable)]))
  const used = new Set<string>()
  const expanded = (value: unknown): unknown => {
    if (typeof value === 'string') return expand(value, values, used)
    if (Array.isArray(value)) return value.map(expanded)
    if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, typeof member === 'string' ? expand(member, values, used) : member])) // prettier-ignore
    return value
  }
  for (const resource of resources) for (const field of paths) changeField(resource, field, expanded)
  return [...values.keys()].filter((name) => !used.has(name))
}

function valueOf(resources: Resources, variable: Variable): unknown {
  const holder = resources.find(({ variables }) => variables.includes(variable.name ?? ''))
  if (!holder) throw new CommandError(`var '${described(variable)}' cannot be mapped to a field in the set of known resources`)
  const steps = pathOf(variable).replace(/\[(\d+)\]/g, '.$1').split('.').filter(Boolean) // prettier-ignore
  const value = steps.reduce<unknown>((at, step) => (Array.isArray(at) ? (at as unknown[])[Number(step)] : isObject(at) ? at[step] : undefined), holder.object) // prettier-ignore
  if (value === undefined || value === null)
    throw new CommandError(`field specified in var '${described(variable)}' not found in corresponding resource`)
  return value
}

/** Expands `$(NAME)`; `$$` is a dollar sign; a text that is one variable alone takes the value's type. */
function expand(text: string, values: ReadonlyMap<string, unknown>, used: Set<string>): unknown {
  const alone = /^\$\(([^()]*)\)$/.exec(text)?.[1]
  if (alone !== undefined && values.has(alone)) {
    used.add(alone)
    return values.get(alone)
  }
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole: string, what: string, name: string | undefined) => {
    if (what === '$') return '$'
    if (name === undefined || !values.has(name)) return whole
    used.add(name)
    return String(values.get(name) as string | number | boolean)
  })
}
