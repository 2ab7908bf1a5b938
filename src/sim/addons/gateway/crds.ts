import { toYaml } from '../../formats/yaml-emit'
import {
  AGE,
  atomic,
  conditions,
  controllerName,
  definition,
  duration,
  group,
  hostname,
  kind,
  list,
  mapBy,
  mirrorBackend,
  name,
  namespace,
  object,
  oneOf,
  parentReference,
  port,
  preciseHostname,
  routeStatus,
  rules,
  sectionName,
  text,
  waiting,
  weightedBackend,
  type Schema,
} from './crd-parts'

const SERVED = ['v1', 'v1beta1']

const gatewayClass = {
  spec: object(
    {
      controllerName: { ...controllerName, ...rules(['self == oldSelf', 'Value is immutable']) },
      description: text({ maxLength: 64 }),
      parametersRef: object({ group, kind, name, namespace }, ['group', 'kind', 'name']),
    },
    ['controllerName'],
  ),
  status: {
    ...object({ conditions, supportedFeatures: list(object({ name: text() }, ['name']), 64, mapBy('name')) }),
    default: waiting('Accepted'),
  },
}

const labelSelector = object(
  {
    matchExpressions: { type: 'array', items: object({ key: text(), operator: text(), values: { type: 'array', items: text(), ...atomic } }, ['key', 'operator']), ...atomic },
    matchLabels: { type: 'object', additionalProperties: text() },
  },
  [],
  { 'x-kubernetes-map-type': 'atomic' },
) // prettier-ignore

const listener = object(
  {
    name: sectionName,
    hostname,
    port,
    protocol: text({ minLength: 1, maxLength: 255, pattern: '^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$' }),
    tls: object(
      {
        certificateRefs: list(object({ group: { ...group, default: '' }, kind: { ...kind, default: 'Secret' }, name, namespace }, ['name']), 64, atomic),
        mode: { ...oneOf('Terminate', 'Passthrough'), default: 'Terminate' },
        options: { type: 'object', additionalProperties: text({ maxLength: 4096 }), maxProperties: 16 },
      },
      [],
      rules(["self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true", 'certificateRefs or options must be specified when mode is Terminate']),
    ),
    allowedRoutes: {
      ...object({
        kinds: list(object({ group: { ...group, default: 'gateway.networking.k8s.io' }, kind }, ['kind']), 8, atomic),
        namespaces: { ...object({ from: { ...oneOf('All', 'Selector', 'Same'), default: 'Same' }, selector: labelSelector }), default: { from: 'Same' } },
      }),
      default: { namespaces: { from: 'Same' } },
    },
  },
  ['name', 'port', 'protocol'],
) // prettier-ignore

const listenerRules = rules(
  ["self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)", "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']"],
  ["self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)", 'tls mode must be Terminate for protocol HTTPS'],
  ["self.all(l, l.protocol in ['TCP', 'UDP'] ? (!has(l.hostname) || l.hostname == '') : true)", "hostname must not be specified for protocols ['TCP', 'UDP']"],
  ['self.all(l1, self.exists_one(l2, l1.name == l2.name))', 'Listener name must be unique within the Gateway'],
  ['self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))', 'Combination of port, protocol and hostname must be unique for each listener'],
) // prettier-ignore

const address = object({ type: { ...text({ minLength: 1, maxLength: 253 }), default: 'IPAddress' }, value: text({ maxLength: 253 }) })

const gateway = {
  spec: object(
    {
      gatewayClassName: name,
      listeners: list(listener, 64, { minItems: 1, ...mapBy('name'), ...listenerRules }),
      addresses: list(address, 16, atomic),
      infrastructure: object({
        annotations: { type: 'object', additionalProperties: text({ maxLength: 4096 }), maxProperties: 8 },
        labels: { type: 'object', additionalProperties: text({ maxLength: 63 }), maxProperties: 8 },
        parametersRef: object({ group, kind, name }, ['group', 'kind', 'name']),
      }),
    },
    ['gatewayClassName', 'listeners'],
  ),
  status: {
    ...object({
      addresses: list(address, 16, atomic),
      conditions,
      listeners: list(
        object(
          {
            name: sectionName,
            attachedRoutes: { type: 'integer', format: 'int32' },
            supportedKinds: list(object({ group: { ...group, default: 'gateway.networking.k8s.io' }, kind }, ['kind']), 8, atomic),
            conditions,
          },
          ['attachedRoutes', 'conditions', 'name'],
        ),
        64,
        mapBy('name'),
      ),
    }),
    default: waiting('Accepted', 'Programmed'),
  },
}

const headerName = text({ minLength: 1, maxLength: 256, pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$" })
const nameValue = (longest: number) => object({ name: headerName, value: text({ minLength: 1, maxLength: longest }) }, ['name', 'value'])
const headers = object({
  set: list(nameValue(4096), 16, mapBy('name')),
  add: list(nameValue(4096), 16, mapBy('name')),
  remove: list(text(), 16, { 'x-kubernetes-list-type': 'set' }),
})
const pathModifier = object(
  {
    type: oneOf('ReplaceFullPath', 'ReplacePrefixMatch'),
    replaceFullPath: text({ maxLength: 1024 }),
    replacePrefixMatch: text({ maxLength: 1024 }),
  },
  ['type'],
  rules(
    ["self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true", "replaceFullPath must be specified when type is set to 'ReplaceFullPath'"],
    ["has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true", 'type must be \'ReplaceFullPath\' when replaceFullPath is set'],
    ["self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true", "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'"],
    ["has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true", 'type must be \'ReplacePrefixMatch\' when replacePrefixMatch is set'],
  ),
) // prettier-ignore

const FILTERS = ['requestHeaderModifier', 'responseHeaderModifier', 'requestMirror', 'requestRedirect', 'urlRewrite', 'extensionRef']
const title = (field: string) => (field === 'urlRewrite' ? 'URLRewrite' : field[0]!.toUpperCase() + field.slice(1))

/** A filter has the field of its type and no other. */
const filter = (fields: Readonly<Record<string, Schema>>): Schema =>
  object(
    { type: oneOf(...FILTERS.filter((field) => field in fields).map(title)), ...fields },
    ['type'],
    rules(
      ...FILTERS.filter((field) => field in fields).flatMap((field): readonly (readonly [string, string])[] => [
        [
          `!(has(self.${field}) && self.type != '${title(field)}')`,
          `filter.${field} must be nil if the filter.type is not ${title(field)}`,
        ],
        [`!(!has(self.${field}) && self.type == '${title(field)}')`, `filter.${field} must be specified for ${title(field)} filter.type`],
      ]),
    ),
  )

const percent = { type: 'integer', format: 'int32', minimum: 0, maximum: 100 }
const commonFilters = {
  requestHeaderModifier: headers,
  responseHeaderModifier: headers,
  requestMirror: object({ backendRef: mirrorBackend, percent }, ['backendRef']),
  extensionRef: object({ group, kind, name }, ['group', 'kind', 'name']),
}
const httpFilter = filter({
  ...commonFilters,
  requestRedirect: object({ scheme: oneOf('http', 'https'), hostname: preciseHostname, path: pathModifier, port, statusCode: { type: 'integer', enum: [301, 302, 303, 307, 308], default: 302 } }),
  urlRewrite: object({ hostname: preciseHostname, path: pathModifier }),
}) // prettier-ignore

const once = (type: string): readonly [string, string] => [
  `self.filter(f, f.type == '${type}').size() <= 1`,
  `${type} filter cannot be repeated`,
]
const httpFilters = list(httpFilter, 16, {
  ...atomic,
  ...rules(
    ["!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))", 'May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both'],
    once('RequestHeaderModifier'),
    once('ResponseHeaderModifier'),
    once('RequestRedirect'),
    once('URLRewrite'),
  ),
}) // prettier-ignore

const ABSOLUTE = "(self.type in ['Exact', 'PathPrefix'])"
const never = (part: string): readonly [string, string] => [
  `${ABSOLUTE} ? !self.value.contains('${part}') : true`,
  `must not contain '${part}' when type one of ['Exact', 'PathPrefix']`,
]
const pathMatch = {
  ...object(
    { type: { ...oneOf('Exact', 'PathPrefix', 'RegularExpression'), default: 'PathPrefix' }, value: { ...text({ maxLength: 1024 }), default: '/' } },
    [],
    rules(
      [`${ABSOLUTE} ? self.value.startsWith('/') : true`, "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']"],
      never('//'),
      never('/./'),
      never('/../'),
      never('%2f'),
      never('%2F'),
      never('#'),
      [`${ABSOLUTE} ? !self.value.endsWith('/..') : true`, "must not end with '/..' when type one of ['Exact', 'PathPrefix']"],
      [`${ABSOLUTE} ? !self.value.endsWith('/.') : true`, "must not end with '/.' when type one of ['Exact', 'PathPrefix']"],
    ),
  ),
  default: { type: 'PathPrefix', value: '/' },
} // prettier-ignore

const valueMatch = (longest: number) =>
  list(
    object({ name: headerName, type: { ...oneOf('Exact', 'RegularExpression'), default: 'Exact' }, value: text({ minLength: 1, maxLength: longest }) }, ['name', 'value']),
    16,
    mapBy('name'),
  ) // prettier-ignore

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH']
const httpMatches = {
  ...list(object({ path: pathMatch, headers: valueMatch(4096), queryParams: valueMatch(1024), method: oneOf(...METHODS) }), 64, atomic),
  default: [{ path: { type: 'PathPrefix', value: '/' } }],
}

const onePrefix = (filterName: string, field: string): readonly [string, string] => [
  `(has(self.filters) && self.filters.exists_one(f, has(f.${field}) && has(f.${field}.path) && f.${field}.path.type == 'ReplacePrefixMatch' && has(f.${field}.path.replacePrefixMatch))) ? (size(self.matches) == 1 && self.matches.all(m, has(m.path) && m.path.type == 'PathPrefix')) : true`,
  `When using ${filterName} filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified`,
]

const httpRule = object(
  {
    name: sectionName,
    matches: httpMatches,
    filters: httpFilters,
    backendRefs: list(weightedBackend, 16, atomic),
    timeouts: object({ request: duration, backendRequest: duration }),
  },
  [],
  rules(
    ['(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true', 'RequestRedirect filter must not be used together with backendRefs'],
    onePrefix('RequestRedirect', 'requestRedirect'),
    onePrefix('URLRewrite', 'urlRewrite'),
  ),
) // prettier-ignore

const routeOf = (rule: Schema, defaultRules: readonly unknown[] | undefined) => ({
  spec: object({
    parentRefs: list(parentReference, 32, atomic),
    hostnames: list(hostname, 16, atomic),
    rules: list(rule, 16, { ...atomic, ...(defaultRules && { default: defaultRules }) }),
  }),
  status: routeStatus,
})

const grpcMatch = object({
  method: object({ type: { ...oneOf('Exact', 'RegularExpression'), default: 'Exact' }, service: text({ maxLength: 1024 }), method: text({ maxLength: 1024 }) }, [], rules(['has(self.type) ? has(self.service) || has(self.method) : true', "One or both of 'service' or 'method' must be specified"])),
  headers: valueMatch(4096),
}) // prettier-ignore
const grpcRule = object({
  name: sectionName,
  matches: list(grpcMatch, 64, atomic),
  filters: list(filter(commonFilters), 16, atomic),
  backendRefs: list(weightedBackend, 16, atomic),
})

const referenceGrant = {
  spec: object(
    {
      from: list(object({ group, kind, namespace }, ['group', 'kind', 'namespace']), 16, { minItems: 1, ...atomic }),
      to: list(object({ group, kind, name }, ['group', 'kind']), 16, { minItems: 1, ...atomic }),
    },
    ['from', 'to'],
  ),
}

const column = (title: string, jsonPath: string, priority?: number) => ({ name: title, jsonPath, ...(priority && { priority }) })
const conditionPath = (type: string) => `.status.conditions[?(@.type=="${type}")].status`

/** `standard-install.yaml` of a version of the Gateway API: its definitions, without their descriptions. */
export const gatewayApiManifest = (version: string): string => {
  const hostnames = [column('Hostnames', '.spec.hostnames'), AGE]
  return [
    definition({ kind: 'GatewayClass', plural: 'gatewayclasses', shortNames: ['gc'] }, 'Cluster', SERVED, [column('Controller', '.spec.controllerName'), column('Accepted', conditionPath('Accepted')), AGE, column('Description', '.spec.description', 1)], gatewayClass, version),
    definition({ kind: 'Gateway', plural: 'gateways', shortNames: ['gtw'] }, 'Namespaced', SERVED, [column('Class', '.spec.gatewayClassName'), column('Address', '.status.addresses[*].value'), column('Programmed', conditionPath('Programmed')), AGE], gateway, version),
    definition({ kind: 'GRPCRoute', plural: 'grpcroutes' }, 'Namespaced', ['v1'], hostnames, routeOf(grpcRule, undefined), version),
    definition({ kind: 'HTTPRoute', plural: 'httproutes' }, 'Namespaced', SERVED, hostnames, routeOf(httpRule, [{ matches: [{ path: { type: 'PathPrefix', value: '/' } }] }]), version),
    definition({ kind: 'ReferenceGrant', plural: 'referencegrants', shortNames: ['refgrant'] }, 'Namespaced', ['v1beta1'], [AGE], referenceGrant, version),
  ].map(toYaml).join('---\n') // prettier-ignore
}
