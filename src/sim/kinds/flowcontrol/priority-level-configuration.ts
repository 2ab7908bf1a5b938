import type { OtherVersion } from '../../api/kind'
import { defineKind } from '../../api/kind'
import type { AnyObject } from '../../api/object'
import type { PriorityLevelConfiguration, PriorityLevelConfigurationSpec } from '../../api/types/flowcontrol-v1.gen'
import { changeField, withDefaults, withEmpty } from '../defaulting'
import { rulesOf } from '../late-rules'
import { sameShape } from '../versions'

const stored = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1' }

export const priorityLevelConfiguration = defineKind<PriorityLevelConfiguration>({
  ...stored,
  kind: 'PriorityLevelConfiguration',
  plural: 'prioritylevelconfigurations',
  namespaced: false,
  subresources: ['status'],
  otherVersions: [sameShape(stored, 'v1beta3'), assured('v1beta2'), assured('v1beta1')],
  defaults: (object) => changeField(withEmpty(object, 'spec'), 'spec', specDefaults),
  beforeCreate: (object) => ({ ...object, status: {} }),
  rules: rulesOf('priorityLevelConfiguration'),
})

function specDefaults(spec: PriorityLevelConfigurationSpec): PriorityLevelConfigurationSpec {
  if (spec.type === 'Exempt') {
    return changeField(withEmpty(spec, 'exempt'), 'exempt', (exempt) =>
      withDefaults(exempt, { nominalConcurrencyShares: 0, lendablePercent: 0 }),
    )
  }
  return changeField(spec, 'limited', (limited) => {
    const filled = withDefaults(withEmpty(limited, 'limitResponse'), { nominalConcurrencyShares: 30, lendablePercent: 0 })
    return changeField(filled, 'limitResponse', (response) =>
      changeField(response, 'queuing', (queuing) => withDefaults(queuing, { queues: 64, handSize: 8, queueLengthLimit: 50 })),
    )
  })
}

/** The first two betas called the shares "assured". */
function assured(version: string): OtherVersion {
  const renamed = (object: AnyObject, apiVersion: string, from: string, to: string): AnyObject => {
    const spec = object.spec as { readonly limited?: Readonly<Record<string, unknown>> } | undefined // decoded as this kind
    if (!spec?.limited || !(from in spec.limited)) return { ...object, apiVersion }
    const { [from]: shares, ...limited } = spec.limited
    return { ...object, apiVersion, spec: { ...spec, limited: { ...limited, [to]: shares } } }
  }
  return {
    version,
    toStorage: (object) => renamed(object, 'flowcontrol.apiserver.k8s.io/v1', 'assuredConcurrencyShares', 'nominalConcurrencyShares'),
    fromStorage: (object) =>
      renamed(object, `flowcontrol.apiserver.k8s.io/${version}`, 'nominalConcurrencyShares', 'assuredConcurrencyShares'),
  }
}
