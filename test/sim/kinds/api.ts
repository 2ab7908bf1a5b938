import { createApiServer } from '../../../src/sim/api/server'
import { isStreamed, isUpgraded } from '../../../src/sim/api/http'
import type { Served } from '../../../src/sim/api/registry'
import { createEngine } from '../../../src/sim/engine/engine'
import type { KindDefinition } from '../../../src/sim/api/kind'
import { allKinds } from '../../../src/sim/kinds/all'
import { subresourceHandlers } from '../../../src/sim/kinds/subresource-handlers'

export interface Answer {
  readonly status: number
  // Tests read whatever came back, as a person reading JSON would.
  // eslint-disable-next-line
  readonly body: any
}

interface Options {
  readonly release?: string
  /** False: every object of the right form is taken. */
  readonly validating?: boolean
}

/** A bare API server with every built-in kind, and a short way to ask it. */
export function createApi({ release, validating = true }: Options = {}) {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  const server = createApiServer({
    engine,
    kinds: validating ? allKinds : allKinds.map(withoutRules),
    subresourceHandlers,
    ...(release && { release }),
  })
  function ask(method: string, url: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
    const answer = server.request({ method, url, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
    if (isStreamed(answer) || isUpgraded(answer)) throw new Error('an answer at once was expected')
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body)
    const isJson = answer.headers['content-type']?.startsWith('application/json') === true
    return { status: answer.status, body: isJson && text.trim() !== '' ? JSON.parse(text) : undefined }
  }
  return {
    engine,
    server,
    ask,
    table: (url: string) => ask('GET', url, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }),
  }
}

function withoutRules(kind: KindDefinition<never>): KindDefinition<never> {
  const { validate: _validate, validateUpdate: _update, validateStatusUpdate: _status, ...rest } = kind
  return rest
}

/** Where objects of a served version live. */
export function pathOf({ group, version, kind }: Served, namespace = 'default'): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  return kind.namespaced ? `${root}/namespaces/${namespace}/${kind.plural}` : `${root}/${kind.plural}`
}
