import type { FieldError, FieldPath } from '../../api/field-path'
import type { Container, HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../../api/types/core-v1.gen'
import { httpHeaderName, notBetween, portName, portNumber } from '../../formats/names'
import { invalidName, nonNegative, oneOf } from '../field-checks'

/** What a probe and a hook have in common: one action out of several. */
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>

/** Complaints about a container's probes. */
export function probeErrors(container: Container, at: FieldPath): FieldError[] {
  const { livenessProbe, readinessProbe, startupProbe } = container
  return [
    ...(livenessProbe ? oneProbe(livenessProbe, at('livenessProbe'), 'liveness') : []),
    ...(readinessProbe ? oneProbe(readinessProbe, at('readinessProbe'), 'readiness') : []),
    ...(startupProbe ? oneProbe(startupProbe, at('startupProbe'), 'startup') : []),
  ]
}

function oneProbe(probe: Probe, at: FieldPath, sort: 'liveness' | 'readiness' | 'startup'): FieldError[] {
  const errors = handlerErrors(probe, at)
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    errors.push(...nonNegative(probe[field], at(field)))
  }
  const grace = probe.terminationGracePeriodSeconds
  if (grace !== undefined && sort === 'readiness')
    errors.push(at('terminationGracePeriodSeconds').invalid(grace, 'must not be set for readinessProbes'))
  else if (grace !== undefined && grace <= 0) errors.push(at('terminationGracePeriodSeconds').invalid(grace, 'must be greater than 0'))
  if (sort !== 'readiness' && probe.successThreshold !== 1) errors.push(at('successThreshold').invalid(probe.successThreshold, 'must be 1'))
  return errors
}

/** Complaints about a container's hooks. */
export function lifecycleErrors(lifecycle: Lifecycle | undefined, at: FieldPath, gracePeriodSeconds: number): FieldError[] {
  return [
    ...(lifecycle?.postStart ? handlerErrors(lifecycle.postStart, at('postStart'), gracePeriodSeconds) : []),
    ...(lifecycle?.preStop ? handlerErrors(lifecycle.preStop, at('preStop'), gracePeriodSeconds) : []),
  ]
}

function handlerErrors(handler: Handler, at: FieldPath, gracePeriodSeconds?: number): FieldError[] {
  const [first, ...others] = (['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const).filter((sort) => handler[sort])
  if (!first) return [at.required('must specify a handler type')]
  const errors = others.map((sort) => at(sort).forbidden('may not specify more than 1 handler type'))
  const here = at(first)
  switch (first) {
    case 'exec':
      return [...(handler.exec!.command?.length ? [] : [here('command').required()]), ...errors]
    case 'httpGet':
      return [...httpGetErrors(handler.httpGet!, here), ...errors]
    case 'tcpSocket':
      return [...portErrors(handler.tcpSocket!.port, here('port')), ...errors]
    case 'grpc':
      return [...portErrors(handler.grpc!.port, here('port')), ...errors]
    case 'sleep': {
      const seconds = handler.sleep!.seconds ?? 0
      const limit = gracePeriodSeconds ?? 0
      const tooLong = seconds < 0 || seconds > limit
      return tooLong
        ? [here.invalid(seconds, `must be non-negative and less than terminationGracePeriodSeconds (${limit})`), ...errors]
        : errors
    }
  }
}

function httpGetErrors(get: HTTPGetAction, at: FieldPath): FieldError[] {
  return [
    ...(get.path ? [] : [at('path').required()]),
    ...portErrors(get.port, at('port')),
    ...oneOf(get.scheme, ['HTTP', 'HTTPS'], at('scheme')),
    ...(get.httpHeaders ?? []).flatMap((header) => invalidName(header.name ?? '', at('httpHeaders'), httpHeaderName)),
  ]
}

/** A port by number or by name. */
export function portErrors(port: number | string | undefined, at: FieldPath): readonly FieldError[] {
  if (typeof port === 'string') return invalidName(port, at, portName)
  return portNumber(port ?? 0).length === 0 ? [] : [at.invalid(port ?? 0, notBetween(1, 65535))]
}
