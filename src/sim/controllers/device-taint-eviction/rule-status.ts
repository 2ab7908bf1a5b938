import type { Condition } from '../../api/types/meta-v1.gen'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'
import { parseTimestamp, timestamp } from '../../engine/time'
import { pod as podKind } from '../../kinds/core/pod'
import { deviceTaintRule } from '../../kinds/resource/device-taint-rule'
import { ruleSelects } from '../../kinds/resource/device-taints'
import { resourceClaim } from '../../kinds/resource/resource-claim'
import { resourceSlice } from '../../kinds/resource/resource-slice'
import { anyKind, defineController } from '../controller'
import { again, setStatus } from '../steps'
import { everything, looksAt } from '../watches'
import { evictionMs, usersOf } from './tainted-claims'

/** While Pods are being evicted the condition is brought up to date no more often than this. */
const PERIOD_MS = 10_000

/** Tells in the status of a DeviceTaintRule how many Pods still have to go because of it, or would have to. */
export const deviceTaintRuleStatusController = defineController({
  name: 'device-taint-rule-status',
  account: 'device-taint-eviction-controller',
  source: 'device-taint-eviction-controller',
  reconciles: deviceTaintRule,
  watches: {
    claims: everything(resourceClaim),
    slices: everything(resourceSlice),
    usersOf: looksAt(anyKind(podKind), (_rule: DeviceTaintRule, find) => (claim: Parameters<typeof usersOf>[0]) => usersOf(claim, find)),
  },

  reconcile(rule: DeviceTaintRule, { claims, slices, usersOf: users, nowMs, pauses }) {
    const known = rule.status?.conditions?.find(({ type }) => type === 'EvictionInProgress')
    const generation = rule.metadata.generation ?? 0
    const { effect } = rule.spec.taint
    if (known?.observedGeneration === generation) {
      if (effect !== 'NoExecute') return []
      const sinceMs = nowMs - parseTimestamp(known.lastTransitionTime)
      if (sinceMs < PERIOD_MS) return [again(PERIOD_MS - sinceMs, { background: true })]
    }
    const tainted = { ...rule, spec: { ...rule.spec, taint: { ...rule.spec.taint, effect: 'NoExecute' as const } } }
    const concerned = claims.filter((claim) => evictionMs(claim, [], [tainted]) < Infinity).flatMap(users)
    const pending = concerned.filter(({ metadata }) => !metadata.deletionTimestamp)
    const keyOf = ({ metadata }: { readonly metadata: { readonly uid: string } }) => `${rule.metadata.uid}/${metadata.uid}`
    if (effect === 'NoExecute') for (const it of pending) pauses.set(keyOf(it), { sinceMs: nowMs, lastsMs: 0 })
    // Those that had to go when it was looked last, and do not any more, have gone.
    const staying = new Set(pending.map(keyOf))
    const evicted = [...pauses.keys()].filter((key) => key.startsWith(`${rule.metadata.uid}/`) && !staying.has(key)).length
    const namespaces = new Set(pending.map(({ metadata }) => metadata.namespace)).size
    const [status, reason, text] =
      effect === 'NoExecute'
        ? pending.length > 0
          ? ([
              'True',
              'PodsPendingEviction',
              `${count(pending.length, 'pod needs', 'pods need')} to be evicted in ${spaces(namespaces)}.`,
            ] as const)
          : (['False', evicted > 0 ? 'Completed' : 'NotStarted', ''] as const)
        : effect === 'None'
          ? (['False', 'NoEffect', preview(selected(rule, slices, claims), pending.length, namespaces)] as const)
          : (['False', 'OtherEffect', 'Eviction only happens for the NoExecute effect.'] as const)
    const history = evicted > 0 ? `${count(evicted, 'pod', 'pods')} evicted since starting the controller.` : ''
    const condition: Condition = {
      type: 'EvictionInProgress',
      status,
      reason,
      message: [text, history].filter(Boolean).join(' '),
      observedGeneration: generation,
      lastTransitionTime: timestamp(nowMs),
    }
    const isSame = known && known.reason === reason && known.message === condition.message && known.observedGeneration === generation
    return [
      ...(isSame ? [] : [setStatus(rule, { ...rule.status, conditions: [condition] })]),
      ...(status === 'True' ? [again(PERIOD_MS, { background: true })] : []),
    ]
  },
})

const count = (number: number, one: string, many: string) => `${number} ${number === 1 ? one : many}`
const spaces = (namespaces: number) => (namespaces === 1 ? '1 namespace' : `${namespaces} different namespaces`)

interface Selected {
  readonly published: number
  readonly allocated: number
}

function selected(
  rule: DeviceTaintRule,
  slices: readonly {
    readonly spec: {
      readonly driver: string
      readonly pool: { readonly name: string }
      readonly devices?: readonly { readonly name: string }[]
    }
  }[],
  claims: readonly {
    readonly status?: {
      readonly allocation?: {
        readonly devices?: { readonly results?: readonly { readonly driver: string; readonly pool: string; readonly device: string }[] }
      }
    }
  }[],
): Selected {
  const published = slices.flatMap(({ spec: { driver, pool, devices = [] } }) =>
    devices.map(({ name }) => ({ driver, pool: pool.name, device: name })),
  )
  const allocated = claims.flatMap(({ status }) => status?.allocation?.devices?.results ?? [])
  return {
    published: published.filter((id) => ruleSelects(rule, id)).length,
    allocated: allocated.filter((id) => ruleSelects(rule, id)).length,
  }
}

/** What a rule without an effect would do. */
const preview = ({ published, allocated }: Selected, pods: number, namespaces: number) =>
  `${count(published, 'published device', 'published devices')} selected. ${count(allocated, 'allocated device', 'allocated devices')} selected. ${count(pods, 'pod', 'pods')} would be evicted in ${spaces(namespaces)} if the effect was NoExecute. This information will not be updated again. Recreate the DeviceTaintRule to trigger an update.`
