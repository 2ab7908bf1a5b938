import type { ApiServer } from './api/hooks'
import type { Served } from './api/registry'
import { isServed, isThere } from './api/schema/schema'
import type { KindDefinition } from './api/kind'

/** What `--runtime-config` says of versions and resources: `api/all`, `api/beta`, `resource.k8s.io/v1beta2`, `batch/v1/jobs`, each on or off. */
type RuntimeConfig = ReadonlyMap<string, boolean>

/** Reads the flag's value; a sentence when it cannot be obeyed, in the words in which a real kube-apiserver refuses to start. */
function readRuntimeConfig(text: string, kinds: readonly KindDefinition<never>[]): RuntimeConfig | string {
  const config = new Map<string, boolean>()
  for (const entry of text.split(',').filter(Boolean)) {
    const [key = '', value = ''] = entry.split('=')
    if (!['', 'true', 'false'].includes(value)) return `invalid value ${value} for ${key}, it must be true or false`
    config.set(key, value !== 'false')
  }
  const groups = new Set([
    'api',
    '',
    ...kinds.flatMap((kind) => [kind.group, ...kind.otherVersions.map(({ group = kind.group }) => group)]),
  ])
  const unknown = [...config.keys()].map((key) => (/^v\d/.test(key) ? '' : key.split('/')[0]!)).filter((group) => !groups.has(group))
  return unknown.length > 0 ? `unknown api groups ${unknown.join(',')}` : config
}

/** Serves what the release serves of itself, and what the flag switches on or off besides. Answers why the flag cannot be obeyed. */
export function useRuntimeConfig(
  { registry, release }: Pick<ApiServer, 'registry' | 'release'>,
  kinds: readonly KindDefinition<never>[],
  text: string | undefined,
): string | undefined {
  const config = text === undefined ? undefined : readRuntimeConfig(text, kinds)
  if (typeof config === 'string') return config
  registry.serve((served) => decide(served, release, config))
  return undefined
}

/** The most particular word counts: a resource's, then its version's, then that on all of a stage, then that on all. */
function decide(
  { group, version, apiVersion, kind }: Served,
  release: readonly [number, number],
  config: RuntimeConfig | undefined,
): boolean {
  if (!isThere(release, group, version, kind.kind)) return false
  const stage = version.includes('alpha') ? 'api/alpha' : version.includes('beta') ? 'api/beta' : 'api/ga'
  const said = [`${apiVersion}/${kind.plural}`, apiVersion, stage, 'api/all']
    .map((key) => config?.get(key))
    .find((value) => value !== undefined)
  return said ?? isServed(release, group, version, kind.kind)
}
