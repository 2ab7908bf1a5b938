import type { LimitRange, Namespace, ResourceQuota } from '../../api/types/core-v1.gen'
import { formatQuantity, parseQuantity, quantityValue } from '../../formats/quantity'
import { describing } from './describer'
import { longTime, writeAnnotations, writeLabels, type Description } from './writer'

export const describeNamespace = describing<Namespace>(function* (d, { metadata, status }, { list }) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  writeLabels(d, 'Labels', metadata.labels)
  writeAnnotations(d, 'Annotations', metadata.annotations)
  write(0, `Status:\t${status?.phase ?? ''}`)
  if (status?.conditions?.length) {
    write(0, 'Conditions:')
    write(1, 'Type\tStatus\tLastTransitionTime\tReason\tMessage')
    write(1, '----\t------\t------------------\t------\t-------')
    for (const c of status.conditions)
      write(1, `${c.type}\t${c.status}\t${longTime(c.lastTransitionTime)}\t${c.reason ?? ''}\t${c.message ?? ''}`)
  }
  writeQuotas(d, yield* list<ResourceQuota>('v1', 'ResourceQuota', metadata.name))
  writeLimitRanges(d, yield* list<LimitRange>('v1', 'LimitRange', metadata.name))
})

const scopeHelp: Readonly<Record<string, string>> = {
  Terminating:
    'Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.',
  NotTerminating:
    'Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.',
  BestEffort: 'Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.',
  NotBestEffort:
    'Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.',
}

function writeScopes({ write }: Pick<Description, 'write'>, { spec }: ResourceQuota, level: number, bullet: string): void {
  const scopes = [...(spec?.scopes ?? [])].sort()
  if (scopes.length === 0) return
  write(level, `Scopes:\t${scopes.join(', ')}`)
  for (const scope of scopes) if (scopeHelp[scope]) write(level, `${bullet} ${scopeHelp[scope]}`)
}

function writeUsed({ write }: Pick<Description, 'write'>, { status }: ResourceQuota, level: number): void {
  for (const [name, hard] of Object.entries(status?.hard ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)))
    write(level, `${name}\t${inUnitsOf(hard, status?.used?.[name] ?? '0')}\t${hard}`)
}

/** What is used stands in the units of the limit, in whole ones where they are others. */
function inUnitsOf(hard: string, used: string): string {
  const [limit, amount] = [parseQuantity(hard), parseQuantity(used)]
  if (!limit || !amount || limit.format === amount.format) return used
  return formatQuantity({ nano: BigInt(quantityValue(used)) * 1_000_000_000n, format: limit.format })
}

export const describeResourceQuota = describing<ResourceQuota>(function* (d, quota) {
  const { write } = d
  write(0, `Name:\t${quota.metadata.name}`)
  write(0, `Namespace:\t${quota.metadata.namespace}`)
  writeScopes(d, quota, 0, ' *')
  write(0, 'Resource\tUsed\tHard')
  write(0, '--------\t----\t----')
  writeUsed(d, quota, 0)
})

function writeQuotas(d: Description, quotas: readonly ResourceQuota[]): void {
  const { write } = d
  if (quotas.length === 0) return write(0, '\nNo resource quota.')
  write(0, '\nResource Quotas')
  for (const quota of [...quotas].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))) {
    write(1, `Name:\t${quota.metadata.name}`)
    writeScopes(d, quota, 1, '*')
    write(1, 'Resource\tUsed\tHard')
    write(1, '--------\t---\t---')
    writeUsed(d, quota, 1)
  }
}

const limitTitles = 'Type\tResource\tMin\tMax\tDefault Request\tDefault Limit\tMax Limit/Request Ratio'
const limitRules = '----\t--------\t---\t---\t---------------\t-------------\t-----------------------'

export const describeLimitRange = describing<LimitRange>(function* (d, { metadata, spec }) {
  const { write } = d
  write(0, `Name:\t${metadata.name}`)
  write(0, `Namespace:\t${metadata.namespace}`)
  write(0, limitTitles)
  write(0, limitRules)
  writeLimits(d, spec?.limits ?? [], '')
})

function writeLimitRanges(d: Description, ranges: readonly LimitRange[]): void {
  const { write } = d
  if (ranges.length === 0) return write(0, '\nNo LimitRange resource.')
  write(0, `\nResource Limits\n ${limitTitles}`)
  write(0, ` ${limitRules}`)
  for (const { spec } of ranges) writeLimits(d, spec?.limits ?? [], ' ')
}

/** One line a resource of each limit. */
function writeLimits({ write }: Description, limits: NonNullable<LimitRange['spec']>['limits'], lead: string): void {
  for (const limit of limits) {
    const { type, min = {}, max = {}, default: fallback = {}, defaultRequest = {}, maxLimitRequestRatio = {} } = limit
    const names = [...new Set([max, min, fallback, defaultRequest, maxLimitRequestRatio].flatMap((map) => Object.keys(map)))].sort()
    for (const name of names) {
      const cells = [min, max, defaultRequest, fallback, maxLimitRequestRatio].map((amounts) => amounts[name] ?? '-')
      write(0, `${lead}${type}\t${name}\t${cells.join('\t')}`)
    }
  }
}
