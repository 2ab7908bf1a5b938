import { natives, prelude } from './builtins'
import { parseDefinitions } from './parse'
import { JqSyntaxError, type Definition, type Node, type Pattern } from './syntax'
import { isArray, isObject } from './values'

/** Names of functions and variables: where they are defined, and where they are seen. */

export interface Closure {
  readonly parameters: readonly string[]
  readonly body: Node
  /** Where the function sees its names; undefined: where it is defined itself (so it can call itself). */
  scope: Scope
}

/** Names in force: a chain, newest first. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly variable?: string
  readonly value?: unknown
  readonly function?: string
  readonly closure?: Closure
  readonly label?: { readonly name: string; readonly mark: object }
}

let preludeScope: Scope | undefined

/** Names of jq's own library. */
export function libraryScope(): Scope {
  if (!preludeScope) {
    preludeScope = parseDefinitions(prelude).reduce<Scope | undefined>((scope, definition) => define(scope, definition), undefined)!
    // Inside the library everything sees everything.
    for (let at: Scope | undefined = preludeScope; at; at = at.parent) at.closure!.scope = preludeScope
  }
  return preludeScope
}

/** A scope with one more function, which can call itself. */
export function define(parent: Scope | undefined, { name, parameters, body }: Definition): Scope {
  const closure: Closure = { parameters, body, scope: undefined as unknown as Scope } // its own scope, known on the next line
  const scope: Scope = { parent, function: `${name}/${parameters.length}`, closure }
  closure.scope = scope
  return scope
}

/** A scope with one more variable. */
export const bind = (parent: Scope, variable: string, value: unknown): Scope => ({ parent, variable, value })

/** Checks names before anything runs, as jq's compiler does. `special` are the functions beside jq's library and the native ones. */
export function checkNames(
  node: unknown,
  variables: readonly string[],
  special: Readonly<Record<string, unknown>>,
  scope: Scope = libraryScope(),
  known: readonly string[] = variables,
): void {
  if (isArray(node)) for (const child of node) checkNames(child, variables, special, scope, known)
  if (!isObject(node)) return
  if (node.type === 'call') {
    const key = `${String(node.name)}/${(node.args as readonly Node[]).length}`
    if (!lookUpFunction(scope, key) && !natives[key] && !special[key]) throw new JqSyntaxError(`${key} is not defined`)
  }
  if (node.type === 'variable' && !known.includes(String(node.name)) && node.name !== 'ENV' && node.name !== '__prog_args')
    throw new JqSyntaxError(`$${String(node.name)} is not defined`)
  if (node.type === 'define') {
    const definition = node.definition as Definition
    const outer = define(scope, definition)
    let inner = outer
    for (const parameter of definition.parameters)
      inner = define(inner, { name: parameter.replace(/^\$/, ''), parameters: [], body: { type: 'identity' } })
    checkNames(definition.body, variables, special, inner, [
      ...known,
      ...definition.parameters.filter((p) => p.startsWith('$')).map((p) => p.slice(1)),
    ])
    return checkNames(node.body, variables, special, outer, known)
  }
  if (node.type === 'bind' || node.type === 'reduce' || node.type === 'foreach') {
    const patterns = node.type === 'bind' ? (node.patterns as readonly Pattern[]) : [node.pattern as Pattern]
    checkNames(node.source, variables, special, scope, known)
    const inner = [...known, ...patterns.flatMap(patternNames)]
    for (const key of ['body', 'init', 'update', 'extract']) checkNames(node[key], variables, special, scope, inner)
    return
  }
  for (const [key, child] of Object.entries(node)) if (key !== 'value') checkNames(child, variables, special, scope, known)
}

/** The variables that a destructuring pattern binds. */
export const patternNames = (pattern: Pattern): string[] =>
  pattern.type === 'variable'
    ? [pattern.name]
    : pattern.type === 'array'
      ? pattern.items.flatMap(patternNames)
      : pattern.entries.flatMap((entry) => [
          ...(entry.variable ? [entry.variable] : []),
          ...(entry.pattern ? patternNames(entry.pattern) : []),
        ])

/** The function of a name and number of arguments, `name/2`. */
export function lookUpFunction(scope: Scope | undefined, key: string): { closure: Closure; scope: Scope } | undefined {
  for (let at = scope; at; at = at.parent) if (at.function === key) return { closure: at.closure!, scope: at }
  return undefined
}
