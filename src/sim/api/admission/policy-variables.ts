import type { Environment } from '@marcbachmann/cel-js'
import { celEnvironment, celValue, type VariableType } from '../cel/expression'
import type { AdmissionRequest } from '../hooks'
import type { KubeObject } from '../object'
import { inVersion, namespaceOf, type Version } from './policy-match'

const KIND = { group: 'string', version: 'string', kind: 'string' }
const RESOURCE = { group: 'string', version: 'string', resource: 'string' }

/** What is known of a request before there is one: other fields are refused when a policy is written. */
const REQUEST = {
  kind: KIND,
  resource: RESOURCE,
  subResource: 'string',
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: 'string',
  name: 'string',
  namespace: 'string',
  operation: 'string',
  userInfo: { username: 'string', uid: 'string', groups: 'list<string>', extra: 'map<string, list<string>>' },
  dryRun: 'bool',
  options: 'dyn',
} as const

/** The variables that the expressions of admission policies see. */
export const POLICY_VARIABLES = {
  object: 'dyn',
  oldObject: 'dyn',
  request: REQUEST,
  params: 'dyn',
  namespaceObject: 'dyn',
  variables: 'dyn',
  authorizer: 'Authorizer',
} as const

/** Their values for a request as a version shows it; `params` is the object that a binding refers to. */
export function policyVariables(asked: AdmissionRequest, params: KubeObject | undefined, version: Version): Record<string, unknown> {
  const request = inVersion(asked, version)
  const { operation, object, old, body } = request
  return {
    object: celValue(object ?? null),
    // What is asked of a Pod (exec, eviction) has no state before.
    oldObject: celValue((body && operation !== 'UPDATE' ? undefined : old) ?? null),
    params: celValue(params ?? null),
    namespaceObject: celValue(namespaceObjectOf(request)),
    request: celValue(requestValue(request, version)),
    authorizer: new Authorizer(request, {}),
  }
}

/** What expressions may see of a namespace: not who manages which of its fields. */
function namespaceObjectOf(request: AdmissionRequest): unknown {
  const found = request.kind.plural === 'namespaces' && request.kind.group === '' ? undefined : namespaceOf(request)
  if (!found) return null
  const { managedFields: _fields, ...metadata } = found.metadata
  return { ...found, metadata }
}

/** `request`: the admission review's request without the objects. */
function requestValue(
  { kind, served, body, subresource = '', namespace = '', name, operation, user, dryRun, options }: AdmissionRequest,
  version: Version,
) {
  const kindIn = ({ group, version: of }: Pick<Version, 'group' | 'version'>) => body ?? { group, version: of, kind: kind.kind }
  const resourceIn = ({ group, version: of }: Pick<Version, 'group' | 'version'>) => ({ group, version: of, resource: kind.plural })
  return {
    kind: kindIn(version),
    resource: resourceIn(version),
    requestKind: kindIn(served),
    requestResource: resourceIn(served),
    subResource: subresource,
    requestSubResource: subresource,
    name,
    namespace,
    operation,
    userInfo: { username: user.name, uid: user.uid ?? '', groups: user.groups, extra: user.extra ?? {} },
    dryRun,
    options,
  }
}

interface Check {
  readonly group?: string
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  readonly path?: string
}

/** CEL's `authorizer.group('').resource('pods').namespace('x').check('get').allowed()`: a class, because CEL's methods hang on one. */
export class Authorizer {
  constructor(
    readonly asked: AdmissionRequest,
    readonly question: Check,
  ) {}
  with(more: Check) {
    return new Authorizer(this.asked, { ...this.question, ...more })
  }
  /** The same questions about a service account instead of who asks. */
  serviceAccount(namespace: string, name: string) {
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
    return new Authorizer({ ...this.asked, user: { name: `system:serviceaccount:${namespace}:${name}`, groups } }, this.question)
  }
  /** The resource that the request itself is about. */
  get requestResource() {
    const { kind, subresource, namespace, name } = this.asked
    return this.with({
      group: kind.group,
      resource: kind.plural,
      ...(subresource !== undefined && { subresource }),
      ...(namespace !== undefined && { namespace }),
      ...(name && { name }),
    })
  }
  check(verb: string): AuthorizerDecision {
    const { server, user } = this.asked
    const { group = '', resource: plural, path = '', ...rest } = this.question
    const query = new URLSearchParams()
    const resource = plural === undefined ? undefined : { group, version: '*', plural, ...rest }
    const { allowed, reason } = server.may(user, { verb, path: path || '/authorizer', query, ...(resource && { resource }) })
    return new AuthorizerDecision(allowed, reason ?? '')
  }
}

export class AuthorizerDecision {
  constructor(
    readonly allowed: boolean,
    readonly reason: string,
  ) {}
}

/** The environment of policy expressions, made once: what is asked has been checked when it was written. */
export const policyEnvironment = (): Environment => (environment ??= environmentWith(POLICY_VARIABLES))

let environment: Environment | undefined

/** An environment that knows these variables and no others, for checking what somebody writes. */
export function environmentWith(variables: Readonly<Record<string, VariableType>>): Environment {
  return celEnvironment(variables, (env) => {
    env.registerType('Authorizer', { ctor: Authorizer, fields: { requestResource: 'Authorizer' } } as never)
    env.registerType('AuthorizerDecision', AuthorizerDecision as never)
    for (const step of ['group', 'resource', 'subresource', 'namespace', 'name', 'path'] as const) {
      env.registerFunction(`Authorizer.${step}(string): Authorizer`, (authorizer: Authorizer, text: string) =>
        authorizer.with({ [step]: text }),
      )
    }
    env.registerFunction('Authorizer.check(string): AuthorizerDecision', (authorizer: Authorizer, verb: string) => authorizer.check(verb))
    env.registerFunction('AuthorizerDecision.allowed(): bool', (decision: AuthorizerDecision) => decision.allowed)
    env.registerFunction('AuthorizerDecision.errored(): bool', () => false)
    env.registerFunction('AuthorizerDecision.error(): string', () => '')
    env.registerFunction('AuthorizerDecision.reason(): string', (decision: AuthorizerDecision) => decision.reason)
    env.registerFunction(
      'Authorizer.serviceAccount(string, string): Authorizer',
      (authorizer: Authorizer, namespace: string, name: string) => authorizer.serviceAccount(namespace, name),
    )
  })
}
