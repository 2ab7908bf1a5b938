import { matches, selectorOf } from '../../formats/selector'
import type { AdmissionRequest } from '../hooks'
import { parseApiVersion, type KubeObject } from '../object'
import type { ParamKind, ParamRef } from '../types/admissionregistration-v1.gen'

/** What a binding's `paramRef` leads to: the objects to ask the policy with, one after another; `undefined` stands for "no parameters". */
export function paramsOf(
  paramKind: ParamKind | undefined,
  paramRef: ParamRef | undefined,
  request: AdmissionRequest,
): readonly (KubeObject | undefined)[] | 'missing' {
  if (!paramKind || !paramRef) return [undefined]
  const { group, version } = parseApiVersion(paramKind.apiVersion ?? '')
  const served = request.server.registry.findKind(group, version, paramKind.kind ?? '')
  if (!served) return 'missing'
  const namespace = served.kind.namespaced ? (paramRef.namespace ?? request.namespace) : undefined
  const { name, selector } = paramRef
  const candidates = [...request.server.storage.list(served.kind as never, namespace)].map(({ object }) => object as unknown as KubeObject) // what is stored is an object
  const found = candidates.filter(({ metadata }) => (name ? metadata.name === name : matches(selectorOf(selector), metadata.labels ?? {})))
  if (found.length > 0) return found
  return paramRef.parameterNotFoundAction === 'Allow' ? [] : 'missing'
}
