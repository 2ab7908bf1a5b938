import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { isStreamed, isUpgraded } from '../../../src/sim/api/http'
import { kubeadmHooks } from '../../../src/sim/api/kubeadm-hooks'
import type { KindDefinition } from '../../../src/sim/api/kind'
import { createApiServer } from '../../../src/sim/api/server'
import { createEngine } from '../../../src/sim/engine/engine'
import { allKinds } from '../../../src/sim/kinds/all'
import type { FetchRequest, FetchResponse } from '../../../src/sim/node/os/syscalls'
import { runKubectl } from './machine'

interface Recorded {
  readonly path: string
  readonly command: string
  readonly object: unknown
  readonly status?: unknown
  readonly stdout: string
}

const recorded = JSON.parse(readFileSync(new URL('./recorded/descriptions.json', import.meta.url), 'utf8')) as readonly Recorded[]

/** An API server that takes every object of the right form: what is described here is made up field by field. */
function createUncriticalApi(): (request: Partial<FetchRequest> & Pick<FetchRequest, 'url'>) => FetchResponse {
  const engine = createEngine({ seed: 1, startMs: Date.UTC(2026, 0, 1) })
  const { authorise: _everybodyMay, ...hooks } = kubeadmHooks()
  const server = createApiServer({ engine, kinds: allKinds.map(withoutRules), ...hooks, admission: [] })
  return ({ method = 'GET', url, headers = {}, body }) => {
    const answer = server.request({ method, url: url.replace(/^https?:\/\/[^/]+/, ''), headers, ...(body !== undefined && { body }) })
    if (isStreamed(answer) || isUpgraded(answer)) throw new Error('an answer at once was expected')
    const text = typeof answer.body === 'string' ? answer.body : new TextDecoder().decode(answer.body)
    return { status: answer.status, headers: answer.headers, body: text }
  }
}

function withoutRules(kind: KindDefinition<never>): KindDefinition<never> {
  const { validate: _validate, validateUpdate: _update, validateStatusUpdate: _status, ...rest } = kind
  return rest
}

describe('an object made up of many fields of its type is described as kubectl 1.33 described it', () => {
  test.each(recorded)('$command', ({ path, command, object, status, stdout }) => {
    const server = createUncriticalApi()
    const { code, ...created } = JSON.parse(String(server({ method: 'POST', url: path, body: JSON.stringify(object) }).body))
    expect(code).toBeUndefined()
    const one = `${path}/${created.metadata.name}/status`
    if (status !== undefined) expect(server({ method: 'PUT', url: one, body: JSON.stringify({ ...created, status }) }).status).toBe(200)
    expect(runKubectl(command, { server })).toMatchObject({ stdout, code: 0 })
  })
})
