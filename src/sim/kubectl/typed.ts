import { conform, TypeMismatch } from '../api/schema/conform'
import { resourceRows, structNamed, type Struct, type Type } from '../api/schema/schema'
import { CommandError } from './errors'
import type { Printable } from './printers/printer'

const typeNames = new Map(resourceRows.map((row) => [`${row.group}/${row.version}/${row.kind}`, row.type]))

/** Name of the type of a built-in kind (`apps.v1.Deployment`); undefined for any other. */
export function typeNameOf(apiVersion = '', kind: string): string | undefined {
  return typeNames.get(`${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}/${kind}`)
}

/** Groups that the server has built in and the client has not. */
const otherGroups = /^(apiextensions|apiregistration|metrics)\.k8s\.io\//

/** The client was built with a struct for that kind. */
export const isRegistered = ({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }) =>
  !otherGroups.test(apiVersion) && typeNameOf(apiVersion, kind) !== undefined

/** What a client says that was to make a struct of an object of any other kind. `scheme` names the list of kinds it was built with. */
export const notRegistered = (
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  scheme = 'pkg/scheme/scheme.go:28',
) => `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "${scheme}"`

/**
 * An object of a built-in kind as a Go program prints it that holds it as a struct: members in the struct's order, unknown ones gone, and with the
 * zero values that Go cannot leave out (`creationTimestamp: null`, `status: {}`). What generators and `--local` print. Throws CommandError.
 */
export function asStruct(object: Printable): Printable {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string } // callers hold API objects
  const name = typeNameOf(apiVersion, kind)
  const struct = name && structNamed(name)
  if (!struct) return object
  try {
    return { kind, apiVersion, ...orderedStruct(conform(object, struct) as Printable, struct, true) }
  } catch (error) {
    if (error instanceof TypeMismatch) throw new CommandError(error.message)
    throw error
  }
}

/** Why an object of a built-in kind cannot be read into its struct, in the words of Go's JSON decoder; undefined when it can. */
export function structProblem(object: { readonly apiVersion: string; readonly kind: string }): string | undefined {
  const name = typeNameOf(object.apiVersion, object.kind)
  const struct = name && structNamed(name)
  try {
    if (struct) conform(object, struct)
    return undefined
  } catch (error) {
    if (error instanceof TypeMismatch) return error.message
    throw error
  }
}

/** Members without `omitempty`, or of a type that it does not concern, which conforming alone does not add. */
const printedZeros: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'meta.v1.ObjectMeta': { creationTimestamp: null },
  'core.v1.ServicePort': { targetPort: 0 },
  'scheduling.v1.PriorityClass': { value: 0 },
  'rbac.v1.Role': { rules: null },
  'rbac.v1.ClusterRole': { rules: null },
  'policy.v1.PodDisruptionBudgetStatus': { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 },
  'apps.v1.StatefulSetStatus': { availableReplicas: 0 },
  'autoscaling.v2.HorizontalPodAutoscalerStatus': { desiredReplicas: 0, currentMetrics: null },
  'autoscaling.v1.HorizontalPodAutoscalerStatus': { currentReplicas: 0, desiredReplicas: 0 },
}

/** Structs that Go holds by value: printed even when empty. */
const presentStructs: Readonly<Record<string, readonly string[]>> = {
  'core.v1.Container': ['resources'],
  'core.v1.EphemeralContainer': ['resources'],
  'core.v1.PersistentVolumeClaimSpec': ['resources'],
  'core.v1.ServiceStatus': ['loadBalancer'],
  'networking.v1.IngressStatus': ['loadBalancer'],
  'apps.v1.DeploymentSpec': ['strategy'],
  'apps.v1.DaemonSetSpec': ['updateStrategy'],
  'apps.v1.StatefulSetSpec': ['updateStrategy'],
}

function ordered(value: unknown, type: Type): unknown {
  if (type.is === 'list') return Array.isArray(value) ? value.map((item) => ordered(item, type.of)) : value
  if (type.is === 'map') return Object.fromEntries(Object.entries(value as Printable).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, ordered(item, type.of)])) // prettier-ignore
  if (type.is !== 'struct') return value
  return orderedStruct(value as Printable, type)
}

function orderedStruct(value: Printable, struct: Struct, isObject = false): Printable {
  const zeros = printedZeros[struct.name] ?? {}
  const present = [...(presentStructs[struct.name] ?? []), ...(isObject ? ['spec', 'status'] : [])]
  const result: Record<string, unknown> = {}
  for (const field of struct.fields.values()) {
    const own = value[field.name]
    // A list nobody filled is nil in Go, whatever the server makes of it; only that of containers is made before it is filled.
    const isNil = field.required && Array.isArray(own) && own.length === 0 && field.name !== 'containers'
    if (own !== undefined && !isNil) result[field.name] = ordered(own, field.type)
    else if (field.name in zeros) result[field.name] = zeros[field.name]
    else if (present.includes(field.name) || field.name === 'metadata' || (field.required && field.type.is === 'struct')) {
      // Selectors are the pointers among them.
      const isPointer = field.type.is === 'struct' && field.type.name === 'meta.v1.LabelSelector'
      result[field.name] = field.type.is !== 'struct' ? {} : isPointer ? null : orderedStruct({}, field.type)
    } else if (field.required) result[field.name] = zeroOf(field.type)
  }
  return result
}

function zeroOf(type: Type): unknown {
  if (type.is !== 'scalar') return null
  return type.scalar === 'boolean' ? false : /^(int|float)/.test(type.scalar) ? 0 : type.scalar === 'string' ? '' : null
}
