import type { DeviceTaint, DeviceToleration, ResourceSlice } from '../../api/types/resource-v1.gen'
import type { DeviceTaintRule } from '../../api/types/resource-v1beta2.gen'

/** Which device is meant: its driver, the pool it is published in, its name there. */
export interface DeviceId {
  readonly driver: string
  readonly pool: string
  readonly device: string
}

/** Whether a rule taints a device. An empty selector selects all devices, a missing one none. */
export function ruleSelects({ spec: { deviceSelector } }: DeviceTaintRule, { driver, pool, device }: DeviceId): boolean {
  if (!deviceSelector) return false
  return (
    (deviceSelector.driver === undefined || deviceSelector.driver === driver) &&
    (deviceSelector.pool === undefined || deviceSelector.pool === pool) &&
    (deviceSelector.device === undefined || deviceSelector.device === device)
  )
}

/** The taints that rules put on a device, each since when it says, or since the rule is there. */
export const taintsByRules = (rules: readonly DeviceTaintRule[], id: DeviceId): readonly DeviceTaint[] =>
  rules
    .filter((rule) => ruleSelects(rule, id))
    .map(({ metadata, spec: { taint } }) => ({ ...taint, timeAdded: taint.timeAdded ?? metadata.creationTimestamp }))

/** What drivers publish, with the taints of rules added: what scheduling and eviction look at. */
export const withRules = (slices: readonly ResourceSlice[], rules: readonly DeviceTaintRule[]): readonly ResourceSlice[] =>
  rules.length === 0
    ? slices
    : slices.map((slice) => {
        const { driver, pool, devices = [] } = slice.spec
        return {
          ...slice,
          spec: {
            ...slice.spec,
            devices: devices.map((device) => {
              const added = taintsByRules(rules, { driver, pool: pool.name, device: device.name })
              return added.length === 0 ? device : { ...device, taints: [...(device.taints ?? []), ...added] }
            }),
          },
        }
      })

/** Whether a toleration covers the taint of a device. */
export const toleratesDeviceTaint = ({ key, operator = 'Equal', value = '', effect }: DeviceToleration, taint: DeviceTaint): boolean =>
  (!effect || effect === taint.effect) &&
  (key === undefined || key === '' || key === taint.key) &&
  (operator === 'Exists' || value === (taint.value ?? ''))
