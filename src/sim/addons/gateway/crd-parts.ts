/** Pieces of the schemas of the Gateway API's kinds. */
export type Schema = Readonly<Record<string, unknown>>

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const DOMAIN = `${LABEL}(\\.${LABEL})*`

export const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = [], more: Schema = {}): Schema => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  ...more,
})
export const list = (items: Schema, maxItems: number, more: Schema = {}): Schema => ({ type: 'array', items, maxItems, ...more })
export const atomic = { 'x-kubernetes-list-type': 'atomic' }
export const mapBy = (...keys: readonly string[]) => ({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys })
export const text = (more: Schema = {}): Schema => ({ type: 'string', ...more })
export const oneOf = (...values: readonly string[]): Schema => ({ type: 'string', enum: values })
export const rules = (...all: readonly (readonly [rule: string, message: string])[]): Schema => ({
  'x-kubernetes-validations': all.map(([rule, message]) => ({ message, rule })),
})

export const name = text({ minLength: 1, maxLength: 253 })
export const namespace = text({ minLength: 1, maxLength: 63, pattern: `^${LABEL}$` })
export const group = text({ maxLength: 253, pattern: `^$|^${DOMAIN}$` })
export const kind = text({ minLength: 1, maxLength: 63, pattern: '^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$' })
export const sectionName = text({ minLength: 1, maxLength: 253, pattern: `^${DOMAIN}$` })
export const hostname = text({ minLength: 1, maxLength: 253, pattern: `^(\\*\\.)?${DOMAIN}$` })
export const preciseHostname = text({ minLength: 1, maxLength: 253, pattern: `^${DOMAIN}$` })
export const port: Schema = { type: 'integer', format: 'int32', minimum: 1, maximum: 65535 }
export const duration = text({ pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' })
export const controllerName = text({ minLength: 1, maxLength: 253, pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&\'()*+,;=:]+$' }) // prettier-ignore

const condition = object(
  {
    type: text({ maxLength: 316 }),
    status: oneOf('True', 'False', 'Unknown'),
    observedGeneration: { type: 'integer', format: 'int64', minimum: 0 },
    lastTransitionTime: text({ format: 'date-time' }),
    reason: text({ minLength: 1, maxLength: 1024, pattern: '^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$' }),
    message: text({ maxLength: 32768 }),
  },
  ['lastTransitionTime', 'message', 'reason', 'status', 'type'],
)
export const conditions = list(condition, 8, mapBy('type'))

/** Conditions that an object has until a controller takes it up. */
export const waiting = (...types: readonly string[]) => ({
  conditions: types.map((type) => ({
    lastTransitionTime: '1970-01-01T00:00:00Z',
    message: 'Waiting for controller',
    reason: 'Pending',
    status: 'Unknown',
    type,
  })),
})

export const parentReference = object(
  { group: { ...group, default: 'gateway.networking.k8s.io' }, kind: { ...kind, default: 'Gateway' }, name, namespace, port, sectionName },
  ['name'],
)

export const backendReference = {
  group: { ...group, default: '' },
  kind: { ...kind, default: 'Service' },
  name,
  namespace,
  port,
}
const hasPort: readonly [string, string] = [
  "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
  'Must have port for Service reference',
]
export const weightedBackend = object(
  { ...backendReference, weight: { type: 'integer', format: 'int32', minimum: 0, maximum: 1_000_000, default: 1 } },
  ['name'],
  rules(hasPort),
)
export const mirrorBackend = object(backendReference, ['name'], rules(hasPort))

/** The status of a route: what each Gateway's controller says of it. */
export const routeStatus = object(
  { parents: list(object({ parentRef: parentReference, controllerName, conditions: { ...conditions, minItems: 1 } }, ['conditions', 'controllerName', 'parentRef']), 32, atomic) },
  ['parents'],
) // prettier-ignore

export interface Column {
  readonly name: string
  readonly jsonPath: string
  readonly type?: string
  readonly priority?: number
}
export const AGE: Column = { name: 'Age', jsonPath: '.metadata.creationTimestamp', type: 'date' }

/** A CustomResourceDefinition of the group. */
export const definition = (
  names: { readonly kind: string; readonly plural: string; readonly shortNames?: readonly string[] },
  scope: 'Cluster' | 'Namespaced',
  versions: readonly string[],
  columns: readonly Column[],
  schema: { readonly spec: Schema; readonly status?: Schema },
  bundle: string,
) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: {
    name: `${names.plural}.gateway.networking.k8s.io`,
    annotations: {
      'api-approved.kubernetes.io': 'https://github.com/kubernetes-sigs/gateway-api/pull/4100',
      'gateway.networking.k8s.io/bundle-version': `v${bundle}`,
      'gateway.networking.k8s.io/channel': 'standard',
    },
  },
  spec: {
    group: 'gateway.networking.k8s.io',
    names: {
      categories: ['gateway-api'],
      kind: names.kind,
      listKind: `${names.kind}List`,
      plural: names.plural,
      ...(names.shortNames && { shortNames: names.shortNames }),
      singular: names.kind.toLowerCase(),
    },
    scope,
    versions: versions.map((version, index) => ({
      name: version,
      served: true,
      storage: index === 0,
      additionalPrinterColumns: columns.map(({ name: title, jsonPath, type = 'string', priority }) => ({
        jsonPath,
        name: title,
        ...(priority !== undefined && { priority }),
        type,
      })),
      schema: {
        openAPIV3Schema: object(
          {
            apiVersion: text(),
            kind: text(),
            metadata: { type: 'object' },
            spec: schema.spec,
            ...(schema.status && { status: schema.status }),
          },
          ['spec'],
        ),
      },
      subresources: schema.status ? { status: {} } : {},
    })),
  },
})
