import type { FieldError, FieldPath } from '../../api/field-path'
import type { DeviceClaim, DeviceRequest } from '../../api/types/resource-v1.gen'
import { dnsLabel, dnsSubdomain } from '../../formats/names'
import { changeField, mapSame, withDefaults } from '../defaulting'
import { requiredName } from '../field-checks'

/** Defaults of what a claim asks for: one device, exactly. */
export function deviceClaimDefaults(claim: DeviceClaim): DeviceClaim {
  return changeField(claim, 'requests', (requests) => mapSame(requests, requestDefaults)!)
}

function requestDefaults(request: DeviceRequest): DeviceRequest {
  const exact = changeField(request, 'exactly', (exactly) => {
    const filled = withDefaults(exactly, { allocationMode: 'ExactCount' })
    return filled.allocationMode === 'ExactCount' ? withDefaults(filled, { count: 1 }) : filled
  })
  return changeField(exact, 'firstAvailable', (list) =>
    mapSame(list, (sub) => {
      const filled = withDefaults(sub, { allocationMode: 'ExactCount' })
      return filled.allocationMode === 'ExactCount' ? withDefaults(filled, { count: 1 }) : filled
    })!,
  )
}

/** Complaints about what a claim asks for. */
export function deviceClaimErrors(claim: DeviceClaim | undefined, at: FieldPath): FieldError[] {
  const names = new Set<string>()
  return (claim?.requests ?? []).flatMap((request, index) => {
    const here = at('requests', index)
    const errors = [...requiredName(request.name, here('name'), dnsLabel)]
    if (names.has(request.name)) errors.push(here.duplicate(request.name))
    names.add(request.name)
    if (!request.exactly && !request.firstAvailable?.length)
      errors.push(here.required('exactly one of `exactly` or `firstAvailable` is required'))
    if (request.exactly) errors.push(...requiredName(request.exactly.deviceClassName, here('exactly', 'deviceClassName'), dnsSubdomain))
    return errors
  })
}
