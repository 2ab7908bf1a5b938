import { age, listText } from '../../api/columns'
import type { KindRules } from '../../api/kind'
import type { ServiceCIDR } from '../../api/types/networking-v1.gen'
import { isCIDR } from '../../formats/ip'
import { immutable } from '../field-checks'

/** What may be written of a ServiceCIDR, and what `kubectl get` shows of it. */
export const serviceCIDRRules: KindRules<ServiceCIDR> = {
  validate: ({ spec }, at) => {
    const here = at('spec', 'cidrs')
    const cidrs = spec?.cidrs ?? []
    if (cidrs.length === 0) return [here.required('at least one CIDR required')]
    if (cidrs.length > 2) return [here.invalid(spec, 'may only hold up to 2 values')]
    return cidrs.flatMap((cidr, index) =>
      isCIDR(cidr) ? [] : [here(index).invalid(cidr, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')],
    )
  },
  validateUpdate: (object, old, at) => immutable(object.spec?.cidrs, old.spec?.cidrs, at('spec', 'cidrs')),
  columns: [['CIDRs', ({ spec }) => listText(spec?.cidrs)], age],
}
