/** The syntax of jq. */
export type Node =
  | { readonly type: 'identity' }
  | { readonly type: 'recurse' }
  | { readonly type: 'literal'; readonly value: unknown }
  | { readonly type: 'string'; readonly format: string | undefined; readonly parts: readonly (string | Node)[] }
  | { readonly type: 'format'; readonly name: string }
  | { readonly type: 'index'; readonly target: Node; readonly key: Node }
  | { readonly type: 'slice'; readonly target: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly type: 'iterate'; readonly target: Node }
  | { readonly type: 'array'; readonly body: Node | undefined }
  | { readonly type: 'object'; readonly entries: readonly (readonly [Node, Node])[] }
  | { readonly type: 'negate'; readonly body: Node }
  | { readonly type: 'pipe' | 'comma' | 'alternative' | 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'assign'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly type: 'if'; readonly test: Node; readonly then: Node; readonly otherwise: Node | undefined }
  | { readonly type: 'try'; readonly body: Node; readonly handler: Node | undefined }
  | { readonly type: 'reduce'; readonly source: Node; readonly pattern: Pattern; readonly init: Node; readonly update: Node }
  | {
      readonly type: 'foreach'
      readonly source: Node
      readonly pattern: Pattern
      readonly init: Node
      readonly update: Node
      readonly extract: Node | undefined
    }
  | { readonly type: 'bind'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly type: 'define'; readonly definition: Definition; readonly body: Node }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'label'; readonly name: string; readonly body: Node }
  | { readonly type: 'break'; readonly name: string }

export interface Definition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: Node
}

export type Pattern =
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'array'; readonly items: readonly Pattern[] }
  | { readonly type: 'object'; readonly entries: readonly { readonly key: Node; readonly variable?: string; readonly pattern?: Pattern }[] }

/** A program that cannot be compiled. */
export class JqSyntaxError extends Error {}
