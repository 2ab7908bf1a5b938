import type { Environment } from '@marcbachmann/cel-js'
import { environmentWith, POLICY_VARIABLES } from '../api/admission/policy-variables'
import { CompilationError, compile } from '../api/cel/expression'
import type { KindDefinition } from '../api/kind'
import { kindText } from '../api/object'
import { typeOfServed, type Type } from '../api/schema/schema'
import type { ExpressionWarning, ValidatingAdmissionPolicy } from '../api/types/admissionregistration-v1.gen'
import { validatingAdmissionPolicy } from '../kinds/admissionregistration/validating-admission-policy'
import { allKinds } from '../kinds/all'
import { defineController } from './controller'
import { setStatus } from './steps'

/** More types than this are not looked at. */
const MOST_TYPES = 10

/** Looks over a policy's expressions and says in its status which of them speak of fields that the kinds they are for do not have. */
export const policyStatusController = defineController({
  name: 'validatingadmissionpolicy-status',
  account: 'validatingadmissionpolicy-status-controller',
  reconciles: validatingAdmissionPolicy,
  watches: {},
  reconcile(policy: ValidatingAdmissionPolicy) {
    const { generation = 1 } = policy.metadata
    if (policy.status?.observedGeneration === generation) return []
    const expressionWarnings = warningsOf(policy)
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {}
    return [setStatus(policy, { ...policy.status, observedGeneration: generation, typeChecking })]
  },
})

interface Checked {
  readonly text: string
  readonly type: Type
}

/** The built-in types that a policy is for; rules with wildcards are for too many to tell. */
function typesOf({ spec }: ValidatingAdmissionPolicy): readonly Checked[] {
  const rules = spec?.matchConstraints?.resourceRules ?? []
  const found = rules.flatMap(({ apiGroups = [], apiVersions = [], resources = [] }) =>
    apiGroups.flatMap((group) =>
      apiVersions.flatMap((version) => resources.flatMap((resource) => checkedType(group, version, resource) ?? [])),
    ),
  )
  return found.slice(0, MOST_TYPES)
}

function checkedType(group: string, version: string, resource: string): Checked | undefined {
  const kind = allKinds.find((each) => each.plural === resource && each.group === group)
  const type = kind && typeOfServed(kind as unknown as KindDefinition<never>, version, group)
  return type && { text: kindText({ group, version, kind: kind.kind }), type }
}

function warningsOf(policy: ValidatingAdmissionPolicy): readonly ExpressionWarning[] {
  const types = typesOf(policy)
  const { validations = [], auditAnnotations = [] } = policy.spec ?? {}
  const expressions: readonly (readonly [fieldRef: string, expression: string | undefined])[] = [
    ...validations.flatMap(({ expression, messageExpression }, index) => [
      [`spec.validations[${index}].expression`, expression] as const,
      [`spec.validations[${index}].messageExpression`, messageExpression] as const,
    ]),
    ...auditAnnotations.map(({ valueExpression }, index) => [`spec.auditAnnotations[${index}].valueExpression`, valueExpression] as const),
  ]
  return expressions.flatMap(([fieldRef, expression]) => {
    const warning = types.flatMap(({ text, type }) => {
      const complaint = expression && (undefinedField(expression, type) ?? typeComplaint(expression, type))
      return complaint ? [`${text}: ${complaint}\n`] : []
    })
    return warning.length > 0 ? [{ fieldRef, warning: warning.join('\n') }] : []
  })
}

/** What CEL's type checker would say of the first `object.…` that leads to a field which is not there. */
function undefinedField(expression: string, type: Type): string | undefined {
  const withoutTexts = expression.replace(/"[^"]*"|'[^']*'/g, (text) => ' '.repeat(text.length))
  for (const match of withoutTexts.matchAll(/\b(?:object|oldObject)((?:\.[A-Za-z_]\w*(?![\w(]))+)/g)) {
    let at = match.index + match[0].length - match[1]!.length
    let current: Type | undefined = type
    for (const name of match[1]!.slice(1).split('.')) {
      if (current?.is !== 'struct' || current.open) break
      const field: { readonly type: Type } | undefined = current.fields.get(name)
      if (!field) return `ERROR: <input>:1:${at + 1}: undefined field '${name}'\n | ${expression}\n | ${'.'.repeat(at)}^`
      current = field.type
      at += name.length + 1
    }
  }
  return undefined
}

const environments = new Map<string, Environment>()

/** What else CEL's type checker would say of an expression when `object` and `oldObject` are of a type. */
function typeComplaint(expression: string, type: Type): string | undefined {
  if (type.is !== 'struct') return undefined
  let env = environments.get(type.name)
  if (!env) {
    const { object: _object, oldObject: _oldObject, ...others } = POLICY_VARIABLES
    env = environmentWith(others)
    const known = new Set<string>()
    const name = typeText(type, env, known)
    env.registerVariable('object', name).registerVariable('oldObject', name)
    environments.set(type.name, env)
  }
  try {
    compile(env, expression)
    return undefined
  } catch (error) {
    if (!(error instanceof CompilationError)) throw error
    // Any object may be compared with null, which the library does not know.
    return /[( ]null[,)]/.test(error.message) ? undefined : error.message.replace(/^compilation failed: /, '')
  }
}

const SCALARS: Readonly<Partial<Record<string, string>>> = { string: 'string', quantity: 'string', boolean: 'bool', int32: 'int', int64: 'int', float64: 'double' } // prettier-ignore

/** A type as CEL writes it; structs are made known to the environment by their names. */
function typeText(type: Type, env: Environment, known: Set<string>): string {
  if (type.is === 'scalar') return SCALARS[type.scalar] ?? 'dyn'
  if (type.is === 'list') return `list<${typeText(type.of, env, known)}>`
  if (type.is === 'map') return `map<string, ${typeText(type.of, env, known)}>`
  if (type.open) return 'dyn'
  const name = type.name.replace(/\W/g, '_')
  if (known.has(name)) return name
  known.add(name)
  const fields = Object.fromEntries([...type.fields].map(([field, { type: of }]) => [field, typeText(of, env, known)]))
  env.registerType(name, { ctor: class {}, fields } as never)
  return name
}
