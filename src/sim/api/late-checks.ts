import { lateCode } from '../engine/late-code'
import type { mutatingPolicyErrors, validatingPolicyErrors, webhookConditionErrors } from './admission/policy-checks'
import type { definitionErrors } from './crd/definition-validation'
import type { FieldError } from './field-path'

interface Checks {
  readonly validatingPolicyErrors: typeof validatingPolicyErrors
  readonly mutatingPolicyErrors: typeof mutatingPolicyErrors
  readonly webhookConditionErrors: typeof webhookConditionErrors
  readonly definitionErrors: typeof definitionErrors
}

/** What is checked of policies' expressions and of custom resources' schemas: large parts, and nobody has any before somebody writes one. */
export const lateChecks = lateCode<Checks>('checks of policies and definitions')

/** Asks one of them; nothing is found fault with before they have come. */
export const checked = (ask: (checks: Checks) => readonly FieldError[]): readonly FieldError[] =>
  lateChecks.arrived ? ask(lateChecks.code) : []
