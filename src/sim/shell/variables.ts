/** Variables of a shell: scopes on a stack (functions with `local` push one), values that are text, a list or a table. */
export type Value = string | ReadonlyMap<number, string> | ReadonlyMap<string, string>

export interface Variable {
  readonly value: Value | undefined
  readonly kind: 'text' | 'list' | 'table'
  readonly exported?: boolean
  readonly readonly?: boolean
  readonly integer?: boolean
  readonly letters?: 'upper' | 'lower'
  readonly reference?: boolean
}

export type Scope = Map<string, Variable>

export interface Variables {
  /** The innermost scope is last. */
  readonly scopes: Scope[]
}

export const createVariables = (): Variables => ({ scopes: [new Map()] })

/** Values are never changed in place, so a subshell's copy is a copy of the maps. */
export const copyVariables = ({ scopes }: Variables): Variables => ({ scopes: scopes.map((scope) => new Map(scope)) })

export function findScope({ scopes }: Variables, name: string): Scope | undefined {
  for (let i = scopes.length - 1; i >= 0; i--) if (scopes[i]!.has(name)) return scopes[i]
  return undefined
}

export const lookUp = (variables: Variables, name: string): Variable | undefined => findScope(variables, name)?.get(name)

/** Follows `declare -n` references. */
export function resolveName(variables: Variables, name: string): string {
  for (let i = 0; i < 10; i++) {
    const variable = lookUp(variables, name)
    if (!variable?.reference || typeof variable.value !== 'string' || variable.value === '') return name
    name = variable.value
  }
  return name
}

/** Text of a variable; element 0 of a list; undefined when it is unset. */
export function textOf(variable: Variable | undefined): string | undefined {
  if (variable?.value === undefined) return undefined
  if (typeof variable.value === 'string') return variable.value
  return variable.kind === 'table'
    ? (variable.value as ReadonlyMap<string, string>).get('0')
    : (variable.value as ReadonlyMap<number, string>).get(0)
}

/** Keys of a list (in order) or table; a plain variable is a list of one. */
export function keysOf(variable: Variable | undefined): (string | number)[] {
  if (variable?.value === undefined) return []
  if (typeof variable.value === 'string') return [0]
  const keys = [...variable.value.keys()]
  return variable.kind === 'list' ? (keys as number[]).sort((a, b) => a - b) : keys
}

export function elementsOf(variable: Variable | undefined): string[] {
  if (variable?.value === undefined) return []
  const { value } = variable
  if (typeof value === 'string') return [value]
  return keysOf(variable).map((key) => (value as ReadonlyMap<string | number, string>).get(key)!)
}

export function elementAt(variable: Variable | undefined, key: string | number): string | undefined {
  if (variable?.value === undefined) return undefined
  if (typeof variable.value === 'string') return key === 0 || key === '0' ? variable.value : undefined
  return (variable.value as ReadonlyMap<string | number, string>).get(key)
}

/** Index a negative subscript stands for. */
export function absoluteIndex(variable: Variable | undefined, index: number): number {
  if (index >= 0) return index
  const keys = keysOf(variable) as number[]
  return (keys.length ? keys[keys.length - 1]! + 1 : 0) + index
}

const transform = (variable: Variable | undefined, text: string) =>
  variable?.letters === 'upper' ? text.toUpperCase() : variable?.letters === 'lower' ? text.toLowerCase() : text

export class ReadonlyError extends Error {
  constructor(readonly variable: string) {
    super(`${variable}: readonly variable`)
  }
}

function store(variables: Variables, name: string, change: (old: Variable | undefined) => Variable): void {
  const scope = findScope(variables, name) ?? variables.scopes[0]!
  const old = scope.get(name)
  if (old?.readonly) throw new ReadonlyError(name)
  scope.set(name, change(old))
}

/** Sets a text (element 0 of a list). */
export function setText(variables: Variables, name: string, text: string): void {
  name = resolveName(variables, name)
  const old = lookUp(variables, name)
  if (old && old.kind !== 'text') return setElement(variables, name, old.kind === 'list' ? 0 : '0', text)
  store(variables, name, (before) => ({ kind: 'text', ...before, value: transform(before, text) }))
}

export function setElement(variables: Variables, name: string, key: number | string, text: string): void {
  name = resolveName(variables, name)
  store(variables, name, (old) => {
    if (old?.kind === 'table')
      return { ...old, value: new Map(old.value as ReadonlyMap<string, string> | undefined).set(String(key), transform(old, text)) }
    const list = new Map(
      typeof old?.value === 'string' ? [[0, old.value] as const] : (old?.value as ReadonlyMap<number, string> | undefined),
    )
    return { ...old, kind: 'list', value: list.set(Number(key), transform(old, text)) }
  })
}

export function setList(variables: Variables, name: string, items: Iterable<readonly [number, string]> | readonly string[]): void {
  name = resolveName(variables, name)
  const entries =
    Array.isArray(items) && typeof items[0] === 'string'
      ? (items as string[]).map((text, i) => [i, text] as const)
      : (items as Iterable<readonly [number, string]>)
  store(variables, name, (old) => ({ ...old, kind: 'list', value: new Map(entries) }))
}

export function setTable(variables: Variables, name: string, entries: Iterable<readonly [string, string]>): void {
  name = resolveName(variables, name)
  store(variables, name, (old) => ({ ...old, kind: 'table', value: new Map(entries) }))
}

/** Changes attributes, in the scope where the variable lives (or a new one in `scope`). */
export function declare(variables: Variables, name: string, attributes: Partial<Variable>, scope?: Scope): void {
  const target = scope ?? findScope(variables, name) ?? variables.scopes[0]!
  const old = target.get(name)
  const kind = attributes.kind ?? old?.kind ?? 'text'
  let value = attributes.value ?? old?.value
  if (kind === 'list' && typeof value === 'string') value = new Map([[0, value]])
  target.set(name, { ...old, ...attributes, kind, value })
}

/** Forgets a variable, innermost first. Throws when it is read-only. */
export function unset(variables: Variables, name: string): void {
  const scope = findScope(variables, name)
  if (scope?.get(name)?.readonly) throw new ReadonlyError(name)
  // A local that is unset stays a local (and unset) until its function returns.
  if (scope && scope !== variables.scopes[0]) scope.set(name, { kind: 'text', value: undefined })
  else scope?.delete(name)
}

export function unsetElement(variables: Variables, name: string, key: string | number): void {
  store(variables, name, (old) => {
    if (!old || typeof old.value === 'string' || old.value === undefined) return { kind: 'text', ...old, value: undefined }
    const copy = new Map(old.value as ReadonlyMap<string | number, string>)
    copy.delete(key)
    return { ...old, value: copy as Value }
  })
}

/** What a child process gets to see. */
export function environmentOf({ scopes }: Variables): Record<string, string> {
  const env: Record<string, string> = {}
  for (const scope of scopes) {
    for (const [name, variable] of scope) {
      if (variable.exported && typeof variable.value === 'string') env[name] = variable.value
      else if (name in env) delete env[name]
    }
  }
  return env
}

/** Names of all variables that are visible, sorted. */
export const visibleNames = ({ scopes }: Variables): string[] => [...new Set(scopes.flatMap((scope) => [...scope.keys()]))].sort()
