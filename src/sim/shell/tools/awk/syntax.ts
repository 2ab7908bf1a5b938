/** The syntax of awk (POSIX, with what gawk adds that people use). */

export type Expression =
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'regex'; readonly source: string }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'field'; readonly index: Expression }
  | { readonly type: 'element'; readonly name: string; readonly keys: readonly Expression[] }
  | { readonly type: 'assign'; readonly operator: string; readonly target: Expression; readonly value: Expression }
  | { readonly type: 'step'; readonly operator: '++' | '--'; readonly prefix: boolean; readonly target: Expression }
  | { readonly type: 'unary'; readonly operator: '!' | '-' | '+'; readonly operand: Expression }
  | { readonly type: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'ternary'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly type: 'match'; readonly negated: boolean; readonly subject: Expression; readonly pattern: Expression }
  | { readonly type: 'in'; readonly keys: readonly Expression[]; readonly name: string }
  | { readonly type: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly type: 'builtin'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly type: 'getline'
      readonly from: '' | '<' | '|'
      readonly source: Expression | undefined
      readonly target: Expression | undefined
    }
  | { readonly type: 'group'; readonly items: readonly Expression[] }

export type Statement =
  | { readonly type: 'block'; readonly body: readonly Statement[] }
  | { readonly type: 'expression'; readonly expression: Expression }
  | {
      readonly type: 'print' | 'printf'
      readonly args: readonly Expression[]
      readonly to?: { readonly operator: '>' | '>>' | '|'; readonly target: Expression }
    }
  | { readonly type: 'if'; readonly test: Expression; readonly then: Statement; readonly otherwise: Statement | undefined }
  | { readonly type: 'while' | 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly type: 'for'
      readonly init: Statement | undefined
      readonly test: Expression | undefined
      readonly update: Statement | undefined
      readonly body: Statement
    }
  | { readonly type: 'each'; readonly variable: string; readonly array: string; readonly body: Statement }
  | { readonly type: 'delete'; readonly name: string; readonly keys: readonly Expression[] | undefined }
  | { readonly type: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly type: 'exit' | 'return'; readonly value: Expression | undefined }

export interface Rule {
  readonly when: 'BEGIN' | 'END' | { readonly from: Expression | undefined; readonly to: Expression | undefined }
  readonly body: readonly Statement[] | undefined
}

export interface Program {
  readonly rules: readonly Rule[]
  readonly functions: ReadonlyMap<string, { readonly parameters: readonly string[]; readonly body: readonly Statement[] }>
}

export class AwkSyntaxError extends Error {}
