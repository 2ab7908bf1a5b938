import { close, connect, read, write } from '../../os/calls'
import type { Proc } from '../../os/syscalls'
import type { Answer } from './sql'

/** What a client asks: one line of JSON, answered by one. The real protocol is binary, and nobody looks at it. */
export type Question =
  | {
      readonly ask: 'run'
      readonly user: string
      readonly password: string | undefined
      readonly database: string | undefined
      readonly sql: string
    }
  | { readonly ask: 'changes'; readonly since: number }
  | { readonly ask: 'copy' }

export interface Refusal {
  readonly code: number
  readonly state: string
  readonly message: string
  /** Of the statement among those that were sent; undefined when the server would not listen at all. */
  readonly statement?: number
}

export interface Change {
  readonly database: string | undefined
  readonly sql: string
}

export type Reply =
  | { readonly answers: readonly Answer[]; readonly database: string | undefined; readonly refusal?: Refusal }
  | { readonly changes: readonly Change[]; readonly position: number }
  | { readonly files: Readonly<Record<string, string>> }

/** Asks a server. Throws what connecting throws. */
export function* ask(host: string, port: number, question: Question): Proc<Reply> {
  const fd = yield* connect(host, port, { timeoutMs: 10_000 })
  yield* write(fd, `${JSON.stringify(question)}\n`)
  const line = yield* readMessage(fd)
  yield* close(fd)
  return JSON.parse(line || '{"answers":[]}') as Reply // written by server.ts
}

/** A line, or what there is of it when the other side closes. */
export function* readMessage(fd: number): Proc<string> {
  let text = ''
  while (!text.endsWith('\n')) {
    const chunk = yield* read(fd)
    if (chunk === '') return text
    text += chunk
  }
  return text
}
