import type { FieldError, FieldPath } from '../../api/field-path'
import type { ResourceRequirements } from '../../api/types/core-v1.gen'
import { qualifiedName } from '../../formats/names'
import { compareQuantities, milliValue, quantityError } from '../../formats/quantity'

const CONTAINER_RESOURCES = new Set(['cpu', 'memory', 'ephemeral-storage'])

/** Whether a resource is one that Kubernetes itself knows, huge pages included. */
const isNative = (name: string) => !name.includes('/') || name.split('/')[0]!.endsWith('kubernetes.io')

/** A resource that a device plugin or a person offers, such as `nvidia.com/gpu`. */
export const isExtendedResource = (name: string): boolean => !isNative(name) && !name.startsWith('requests.')

const isHugePages = (name: string) => name.startsWith('hugepages-')

/** Complaints about a container's requests and limits. See `ValidateContainerResourceRequirements`. */
export function resourceErrors(resources: ResourceRequirements | undefined, at: FieldPath): FieldError[] {
  if (!resources) return []
  const errors: FieldError[] = []
  const { limits, requests } = resources
  if (limits) errors.push(...amounts(limits, at('limits')))
  if (requests) {
    errors.push(...amounts(requests, at('requests')))
    for (const [name, request] of Object.entries(requests)) {
      const limit = limits?.[name]
      if (quantityError(request)) continue
      if (limit !== undefined && !quantityError(limit)) {
        const order = compareQuantities(request, limit)
        const mustEqual = isExtendedResource(name) || isHugePages(name)
        if (mustEqual && order !== 0) errors.push(at('requests').invalid(request, `must be equal to ${name} limit of ${limit}`))
        else if (order > 0) errors.push(at('requests').invalid(request, `must be less than or equal to ${name} limit of ${limit}`))
      } else if (limit === undefined && (isExtendedResource(name) || isHugePages(name))) {
        errors.push(at('limits').required('Limit must be set for non overcommitable resources'))
      }
    }
  }
  const names = [...Object.keys(limits ?? {}), ...Object.keys(requests ?? {})]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory'))
    errors.push(at.forbidden('HugePages require cpu or memory'))
  return errors
}

function amounts(list: Readonly<Record<string, string>>, at: FieldPath): FieldError[] {
  return Object.entries(list).flatMap(([name, quantity]) => [
    ...containerResourceName(name, at),
    ...amountErrors(name, quantity, at.key(name)),
  ])
}

function containerResourceName(name: string, at: FieldPath): FieldError[] {
  const complaints = qualifiedName(name).map((why) => at.invalid(name, why))
  if (complaints.length > 0) return complaints
  if (CONTAINER_RESOURCES.has(name) || isHugePages(name)) return []
  if (!name.includes('/'))
    return [
      at.key(name).invalid(name, 'must be a standard resource type or fully qualified'),
      at.key(name).invalid(name, 'must be a standard resource for containers'),
    ]
  return isNative(name) ? [at.key(name).invalid(name, 'must be a standard resource for containers')] : []
}

/** An amount that must not be negative, and whole for what comes in pieces. */
export function amountErrors(name: string, quantity: string, at: FieldPath): FieldError[] {
  const wrong = quantityError(quantity)
  if (wrong) return [at.invalid(quantity, wrong)]
  if (compareQuantities(quantity, '0') < 0) return [at.invalid(quantity, 'must be greater than or equal to 0')]
  const whole = isExtendedResource(name) || name === 'pods' || name.startsWith('count/')
  return whole && milliValue(quantity) % 1000 !== 0 ? [at.invalid(quantity, 'must be an integer')] : []
}
