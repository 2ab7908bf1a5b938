import type { FieldError, FieldPath } from '../../api/field-path'
import type { PodTemplateSpec } from '../../api/types/core-v1.gen'
import { lateCode } from '../../engine/late-code'
import type * as internal from './internal-form'
import type * as pods from './pod-spec-validation'
import type * as updates from './pod-update-validation'
import type * as warned from './pod-warnings'
import type * as scheduling from './scheduling-validation'
import type * as webhooks from '../admissionregistration/webhooks-validation'
import type * as autoscalers from '../autoscaling/autoscaler-validation'
import type * as jobs from '../batch/job-spec-validation'
import type * as services from './service-validation'

/** What is checked of Pods, their templates, Services and what only people make: a large part of the API server's code. */
type Checks = Pick<typeof pods, 'podSpecErrors' | 'podTemplateErrors' | 'workloadTemplateErrors'> &
  Pick<typeof updates, 'podUpdateErrors'> &
  Pick<typeof scheduling, 'nodeSelectorErrors'> &
  Pick<typeof services, 'serviceErrors' | 'serviceUpdateErrors'> &
  Pick<typeof jobs, 'jobSpecErrors'> &
  Pick<typeof autoscalers, 'autoscalerErrors'> &
  Pick<typeof webhooks, 'webhooksErrors' | 'admissionRuleErrors'> &
  Pick<typeof internal, 'internalForm' | 'internalPodTemplate' | 'internalDifference'> &
  Pick<typeof warned, 'podWarnings' | 'workloadWarnings'>

/**
 * Loaded by the page after the first prompt. Until then nothing is found fault with: all that is written by then comes from the cluster itself
 * and is sound (late-parts.test.ts boots one cluster with and one without, and finds them equal).
 */
export const lateValidation = lateCode<Checks>('validation of Pods and Services')

const none: readonly FieldError[] = []
/** A check that finds nothing before its code has come. The cast is safe: all of them answer lists of errors. */
const check = <Name extends Exclude<keyof Checks, `internal${string}` | `${string}Warnings`>>(name: Name): Checks[Name] =>
  ((...asked: readonly unknown[]) =>
    lateValidation.arrived ? (lateValidation.code[name] as (...asked: readonly unknown[]) => unknown)(...asked) : none) as Checks[Name]

export const podSpecErrors = check('podSpecErrors')
export const podTemplateErrors = check('podTemplateErrors')
export const workloadTemplateErrors = check('workloadTemplateErrors')
export const podUpdateErrors = check('podUpdateErrors')
export const nodeSelectorErrors = check('nodeSelectorErrors')
export const serviceErrors = check('serviceErrors')
export const serviceUpdateErrors = check('serviceUpdateErrors')
export const jobSpecErrors = check('jobSpecErrors')
export const autoscalerErrors = check('autoscalerErrors')
export const webhooksErrors = check('webhooksErrors')
export const admissionRuleErrors = check('admissionRuleErrors')

/** A value as the API server has it inside, for a message about it. */
export const internalValue = (struct: internal.InternalStruct, value: unknown): unknown =>
  lateValidation.arrived ? lateValidation.code.internalForm(struct, value) : value

/** How two of them differ, on lines of its own. */
export const internalDifference = (struct: internal.InternalStruct, before: unknown, after: unknown): string =>
  lateValidation.arrived ? `\n${lateValidation.code.internalDifference(internalValue(struct, before), internalValue(struct, after))}` : ''

export const internalPodTemplate = (template: object): unknown =>
  lateValidation.arrived ? lateValidation.code.internalPodTemplate(template) : template

const NO_WARNINGS: readonly string[] = []
/** What a server warns of in a Pod. */
export const podWarnings: Checks['podWarnings'] = (pod) => (lateValidation.arrived ? lateValidation.code.podWarnings(pod) : NO_WARNINGS)

/** What it warns of in a workload whose template is new or has changed. */
export function workloadWarnings<T extends { readonly metadata: { readonly name: string } }>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
  path?: FieldPath,
): (object: T, old: T | undefined) => readonly string[] {
  return (object, old) =>
    !lateValidation.arrived || (old && templateOf(old) === templateOf(object))
      ? NO_WARNINGS
      : lateValidation.code.workloadWarnings(object.metadata, templateOf(object), path)
}
