import type { Client } from '../api/client'
import type { EventRecorder } from '../api/event-recorder'
import { keyOf, type KubeObject } from '../api/object'
import { isStatus, StatusError } from '../api/status'
import { Waiting } from '../api/waiting'
import type { AnyKind, Step } from './controller'
import { same } from '../formats/same'

/** What became of a step: the object as the API server has it now, or why it refused. */
export interface Outcome {
  readonly step: Step
  readonly result?: KubeObject
  readonly refused?: StatusError
}

export interface StepContext {
  readonly client: Client
  readonly recorder: EventRecorder
  readonly kind: AnyKind
  /** The reconciled object; absent when it is gone. */
  readonly object: KubeObject | undefined
  /** Told the version that the reconciled object's status has got. */
  readonly ownWrite: (resourceVersion: string) => void
}

/**
 * Applies steps in order and records their events. Objects of a kind are created in batches that double, as a real controller does: after a refusal
 * its batch is still tried, and the batches after it are left out. All other steps are still tried. Throws Waiting when a write must wait: the
 * steps after it are left for the next round.
 */
export function applySteps(context: StepContext, steps: readonly Step[]): readonly Outcome[] {
  const { recorder, object, kind } = context
  const because = object ? `${object.kind} ${keyOf(object)}` : `${kind.kind} gone`
  const outcomes: Outcome[] = []
  const newest = new Map<string, KubeObject>()
  const refusedKinds = new Set<AnyKind>()
  const creations = new Map<AnyKind, number>()
  let failed = 0
  for (const step of steps) {
    if (step.do === 'again') continue
    if (step.do === 'event') {
      const about = step.about ?? object
      if (about) recorder.event(about, step.type, step.reason, step.message)
      continue
    }
    if (step.do === 'create') {
      const before = creations.get(step.kind) ?? 0
      if (refusedKinds.has(step.kind) && beginsBatch(before)) {
        failed++
        continue
      }
      creations.set(step.kind, before + 1)
    }
    if (step.do === 'status' && step.unlessRefused && refusedKinds.size > 0) continue
    const says = step.do === 'status' ? undefined : step.says
    const about = says?.about ?? object
    const obstacle = step.do === 'create' && step.unlessRefused ? outcomes.find(({ refused }) => refused) : undefined
    if (obstacle?.refused) {
      if (says?.refusal && about)
        recorder.event(about, 'Warning', says.refusal, says.refusalMessage?.(obstacle.refused, obstacle.step) ?? obstacle.refused.message)
      continue
    }
    try {
      const due = step.do === 'status' && step.without && failed > 0 ? { ...step, status: step.without(failed) } : step
      const result = applyStep(context, due, because, newest)
      if (result === undefined) continue
      newest.set(result.metadata.uid, result)
      outcomes.push({ step, result })
      if (says?.event && about) recorder.event(about, 'Normal', says.event, says.message?.(result) ?? defaultMessage(step, result))
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (error instanceof Waiting) {
        // The write goes on by itself; what a success would have been told with is told then, and the round goes on in the next.
        error.whenKnown((result) => {
          if (result && says?.event && about)
            recorder.event(about, 'Normal', says.event, says.message?.(result) ?? defaultMessage(step, result))
        })
        throw error
      }
      if (step.do === 'create') failed++
      if (isForgivable(step, error)) {
        if (step.do === 'create') refusedKinds.add(step.kind)
        continue
      }
      outcomes.push({ step, refused: error })
      if (step.do === 'create') refusedKinds.add(step.kind)
      if (says?.refusal && about)
        recorder.event(about, 'Warning', says.refusal, says.refusalMessage?.(error, step) ?? refusalMessage(step, error))
    }
  }
  return outcomes
}

/** Whether another batch begins after so many: they are of one, two, four, eight. */
const beginsBatch = (before: number) => Number.isInteger(Math.log2(before + 1))

type Write = Exclude<Step, { readonly do: 'event' | 'again' }>

/** The object after the step; undefined when there was nothing to do. */
function applyStep(
  { client, kind, ownWrite }: StepContext,
  step: Write,
  because: string,
  newest: ReadonlyMap<string, KubeObject>,
): KubeObject | undefined {
  switch (step.do) {
    case 'create':
      return client.create(step.kind, step.object as KubeObject, { because }) // a NewObject<KubeObject>: the server fills in the rest
    case 'update':
      return client.update(step.kind, current(step.object, newest), {
        because,
        ...(step.subresource !== undefined && { subresource: step.subresource }),
      })
    case 'patch': {
      const { namespace, name } = step.target.metadata
      return client.patch(step.kind, namespace, name, step.type, step.patch, {
        because,
        ...(step.subresource !== undefined && { subresource: step.subresource }),
      })
    }
    case 'delete': {
      const { namespace, name, uid } = step.target.metadata
      client.delete(step.kind, namespace, name, { ...step.options, because, preconditions: { uid, ...step.options?.preconditions } })
      return step.target
    }
    case 'post':
      return client.create(step.kind, step.body as KubeObject, { subresource: step.subresource, because }) // named like its target in its metadata
    case 'status': {
      const before = newest.get(step.object.metadata.uid) ?? step.object
      if (same((before as { readonly status?: unknown }).status, step.status)) return undefined // every kind with a status keeps it there
      const after = client.update(kind, { ...before, status: step.status } as KubeObject, { subresource: 'status', because })
      ownWrite(after.metadata.resourceVersion)
      return after
    }
  }
}

/** An object that an earlier step of the same round has written has a newer version than the one the reconciler read. */
function current(object: KubeObject, newest: ReadonlyMap<string, KubeObject>): KubeObject {
  const newer = newest.get(object.metadata.uid)
  return newer ? { ...object, metadata: { ...object.metadata, resourceVersion: newer.metadata.resourceVersion } } : object
}

/** What is gone need not be deleted or changed any more, and in a namespace that is going nothing new is wanted. */
function isForgivable(step: Write, error: StatusError): boolean {
  if (step.do === 'create') return error.status.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating') ?? false
  return isStatus(error, 'NotFound')
}

const defaultMessage = (step: Write, result: KubeObject): string => {
  const kind = result.kind.toLowerCase()
  return step.do === 'create'
    ? `Created ${kind}: ${result.metadata.name}`
    : step.do === 'delete'
      ? `Deleted ${kind}: ${result.metadata.name}`
      : keyOf(result)
}

const refusalMessage = (step: Write, error: StatusError): string =>
  `Error ${step.do === 'delete' ? 'deleting' : 'creating'}: ${error.message}`
