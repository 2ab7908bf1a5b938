import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { LimitRange, LimitRangeItem } from '../../api/types/core-v1.gen'
import { qualifiedName } from '../../formats/names'
import { compareQuantities, quantityError } from '../../formats/quantity'
import { changeField, mapSame, withDefaults, withEmpty } from '../defaulting'

/** What may be written of a LimitRange. */
export const limitRangeRules: KindRules<LimitRange> = {
  defaults: (object) =>
    changeField(withEmpty(object, 'spec'), 'spec', (spec) => changeField(spec, 'limits', (limits) => mapSame(limits, itemDefaults)!)),
  validate: ({ spec }, at) => {
    const types = new Set<string>()
    return (spec?.limits ?? []).flatMap((item, index) => {
      const here = at('spec', 'limits', index)
      const errors = itemErrors(item, here)
      if (types.has(item.type)) errors.push(here('type').duplicate(item.type))
      types.add(item.type)
      return errors
    })
  },
}

/** A container's default limit is its maximum, its default request its default limit or its minimum, unless told otherwise. */
function itemDefaults(item: LimitRangeItem): LimitRangeItem {
  if (item.type !== 'Container') return item
  const limits = withDefaults(item.default ?? {}, item.max ?? {})
  const requests = withDefaults(withDefaults(item.defaultRequest ?? {}, limits), item.min ?? {})
  const unchanged = limits === item.default && requests === item.defaultRequest
  return unchanged ? item : { ...item, default: limits, defaultRequest: requests }
}

const TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']

type Amounts = Readonly<Record<string, string>>

function itemErrors(item: LimitRangeItem, at: FieldPath): FieldError[] {
  const { type, max = {}, min = {}, default: limits = {}, defaultRequest = {}, maxLimitRequestRatio = {} } = item
  const errors: FieldError[] = qualifiedName(type ?? '').map((why) => at('type').invalid(type ?? '', why))
  if (type && !type.includes('/') && !TYPES.includes(type))
    errors.push(at('type').invalid(type, 'must be a standard limit type or fully qualified'))
  if (type === 'Pod') {
    if (Object.keys(limits).length > 0) errors.push(at('default').forbidden("may not be specified when `type` is 'Pod'"))
    if (Object.keys(defaultRequest).length > 0) errors.push(at('defaultRequest').forbidden("may not be specified when `type` is 'Pod'"))
  }
  if (type === 'PersistentVolumeClaim' && !min.storage && !max.storage)
    errors.push(at('limits').required('either minimum or maximum storage value is required, but neither was provided'))
  const names = new Set([max, min, limits, defaultRequest, maxLimitRequestRatio].flatMap((amounts) => Object.keys(amounts)))
  const order = (name: string, small: Amounts, large: Amounts, field: string, words: readonly [string, string]) => {
    const [low, high] = [small[name], large[name]]
    if (low === undefined || high === undefined || quantityError(low) || quantityError(high) || compareQuantities(low, high) <= 0) return
    errors.push(at(field).key(name).invalid(low, `${words[0]} value ${low} is greater than ${words[1]} value ${high}`))
  }
  for (const name of [...names].sort()) {
    order(name, min, max, 'min', ['min', 'max'])
    order(name, min, defaultRequest, 'defaultRequest', ['min', 'default request'])
    order(name, defaultRequest, max, 'defaultRequest', ['default request', 'max'])
    order(name, defaultRequest, limits, 'defaultRequest', ['default request', 'default limit'])
    order(name, min, limits, 'default', ['min', 'default'])
    order(name, limits, max, 'default', ['default', 'max'])
    const ratio = maxLimitRequestRatio[name]
    if (ratio !== undefined && !quantityError(ratio) && compareQuantities(ratio, '1') < 0)
      errors.push(at('maxLimitRequestRatio').key(name).invalid(ratio, `ratio ${ratio} is less than 1`))
  }
  return errors
}
