import { matches, selectorOf } from '../../formats/selector'
import type { AdmissionRequest } from '../hooks'
import { kindText, parseApiVersion, type KubeObject } from '../object'
import type { Served } from '../registry'
import type { ParamKind, ParamRef } from '../types/admissionregistration-v1.gen'

/** Why a policy or a binding cannot be asked as it is: decided by its failurePolicy, whatever the binding's actions are. */
export class ConfigurationError extends Error {}

/** The kind of a policy's parameters; undefined when it has none. Throws ConfigurationError when nobody serves it. */
export function paramKindOf(paramKind: ParamKind | undefined, { server }: AdmissionRequest): Served | undefined {
  if (!paramKind) return undefined
  const { apiVersion = '', kind = '' } = paramKind
  const { group, version } = parseApiVersion(apiVersion)
  const served = server.registry.findKind(group, version, kind)
  if (served) return served
  throw new ConfigurationError(
    `failed to configure policy: failed to find resource referenced by paramKind: '${kindText({ group, version, kind })}'`,
  )
}

const wrong = (why: string) => new ConfigurationError(`failed to configure binding: ${why}`)

/**
 * What a binding's `paramRef` leads to: the objects to ask the policy with, one after another; `undefined` stands for "no parameters". Throws
 * ConfigurationError. See `CollectParams`.
 */
export function paramsOf(
  served: Served | undefined,
  paramRef: ParamRef | undefined,
  request: AdmissionRequest,
): readonly (KubeObject | undefined)[] {
  if (!served || !paramRef) return [undefined]
  const { name, selector } = paramRef
  const { namespaced } = served.kind
  if (paramRef.namespace && !namespaced) throw wrong('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const namespace = namespaced ? (paramRef.namespace ?? request.namespace) : undefined
  if (namespaced && namespace === undefined)
    throw wrong('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  const fits = ({ metadata }: KubeObject) => (name ? metadata.name === name : matches(selectorOf(selector), metadata.labels ?? {}))
  const found = [...request.server.storage.list(served.kind as never, namespace)]
    .map(({ object }) => served.fromStorage(object) as unknown as KubeObject) // what is stored is an object
    .filter(fits)
  if (found.length === 0 && paramRef.parameterNotFoundAction === 'Deny')
    throw wrong('no params found for policy binding with `Deny` parameterNotFoundAction')
  return found
}
