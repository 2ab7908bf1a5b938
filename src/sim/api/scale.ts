import { mergePatch } from '../formats/merge-patch'
import { admit, managerOf, mutate, resourceOf, type Call } from './call'
import type { PatchType } from './client'
import { age } from './columns'
import { defineKind } from './kind'
import { fieldPath } from './field-path'
import { afterWrite } from './managed-fields'
import type { AnyObject } from './object'
import { latePatches } from './late-patches'
import { typeOfKind } from './schema/schema'
import { badRequest, conflict, invalid, notFound, unknownPath } from './status'
import type { Stored } from './storage'
import { replaceStored } from './write'

/** `autoscaling/v1` Scale: how many replicas an object is to have and has. */
export interface Scale extends AnyObject {
  readonly spec: { readonly replicas?: number }
  readonly status: { readonly replicas: number; readonly selector?: string }
}

/** What `kubectl get --subresource=scale` prints. Not served on its own: every scalable kind has its scales. */
export const scaleKind = defineKind<Scale>({
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  plural: 'scales',
  namespaced: true,
  columns: [
    ['Desired', ({ spec }) => spec.replicas ?? 0, { type: 'integer' }],
    ['Available', ({ status }) => status.replicas, { type: 'integer' }],
    age,
  ],
})

/** The scale of an object that has one. */
export function readScale(call: Call): Scale {
  return scaleOf(call, stored(call))
}

/** Sets the scale of an object: `how` tells what `body` is, a Scale or a patch of one. */
export function writeScale(call: Call, how: 'update' | PatchType, body: unknown): Scale {
  const found = stored(call)
  const before = scaleOf(call, found)
  const after = (
    how === 'update' ? body : how === 'json' ? latePatches.code.applyJsonPatch(before, body) : mergePatch(before, body)
  ) as Partial<Scale> // fields are checked below
  checkReplicas(after.spec?.replicas ?? 0)
  // Admission is asked about the Scale, as a write of `deployments/scale`; of the Deployment itself it does not hear.
  const about: Call = { ...call, body: SCALE, subresource: 'scale' }
  const given: Scale = { ...before, ...after, spec: { ...after.spec } }
  const asked = mutate(about, 'UPDATE', given, before) as Scale // plugins keep a Scale one
  const replicas = asked.spec.replicas ?? 0
  if (replicas < 0)
    throw invalid({ group: 'autoscaling', kind: 'Scale' }, call.name, [
      fieldPath('spec.replicas').invalid(replicas, 'must be greater than or equal to 0'),
    ])
  const revision = after.metadata?.resourceVersion
  if (revision && revision !== before.metadata.resourceVersion) {
    throw conflict(
      resourceOf(call),
      call.name,
      'the object has been modified; please apply your changes to the latest version and try again',
    )
  }
  const path = call.served.kind.scale!.specReplicas.split('.').filter(Boolean) // scaleOf saw that it is there
  const next = replicas === before.spec.replicas ? found.object : (withAt(found.object, path, replicas) as AnyObject) // one number of it changed
  const type = typeOfKind(call.served.kind)
  const fields =
    type && next !== found.object
      ? afterWrite(found.fields, managerOf(call), call.core.engine.nowMs, found.object, next, type)
      : found.fields
  const judge = () => admit(about, 'UPDATE', asked, before)
  return scaleOf(call, replaceStored({ ...call, subresource: undefined }, found, next, fields, judge))
}

const SCALE = { group: 'autoscaling', version: 'v1', kind: 'Scale' }

function checkReplicas(replicas: unknown) {
  if (typeof replicas === 'number' && Number.isInteger(replicas)) return
  throw badRequest(
    `Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
  )
}

function stored(call: Call): Stored {
  const found = call.core.storage.get(call.served.kind, call.namespace, call.name)
  if (!found) throw notFound(resourceOf(call), call.name)
  return found
}

function scaleOf({ served: { kind } }: Call, { object }: Stored): Scale {
  if (!kind.scale) throw unknownPath()
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  const selector = kind.scale.selector(object)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion, creationTimestamp } as Scale['metadata'],
    spec: { replicas: numberAt(object, kind.scale.specReplicas) },
    status: { replicas: numberAt(object, kind.scale.statusReplicas), ...(selector && { selector }) },
  }
}

function numberAt(object: unknown, path: string): number {
  const value = path
    .split('.')
    .filter(Boolean)
    .reduce<unknown>((each, step) => (each as Readonly<Record<string, unknown>> | undefined)?.[step], object)
  return typeof value === 'number' ? value : 0
}

function withAt(value: unknown, [step, ...rest]: readonly string[], leaf: unknown): unknown {
  if (step === undefined) return leaf
  const object = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...object, [step]: withAt(object[step], rest, leaf) }
}
