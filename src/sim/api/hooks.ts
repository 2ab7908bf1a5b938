import type { Client, Identity } from './client'
import type { KubeletConnections } from './connect'
import type { ApiRequest, ApiResponse } from './http'
import type { KindDefinition } from './kind'
import type { AnyObject, KubeObject } from './object'
import type { Engine } from '../engine/engine'
import type { Audited } from './audit'
import type { Call } from './call'
import type { AtRest } from './encryption-at-rest'
import type { Registry, Served } from './registry'
import type { Storage } from './storage'
import type { Status } from './status'
import type { Dial, Questions } from './waiting'

/**
 * What may be hung into the API server's pipeline. Each hook is a plain function; `server` is the API server it is asked by. A hook refuses
 * by throwing a `StatusError`.
 */

/** Who asks, as authentication established it: `authentication.k8s.io` UserInfo. */
export interface User {
  readonly name: string
  readonly uid?: string
  readonly groups: readonly string[]
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

/** What a request is about, worked out from its method and path before anything else: Kubernetes' "request attributes". */
export interface RequestAttributes {
  /** get, list, watch, create, update, patch, delete, deletecollection; for other paths the method in lower case. */
  readonly verb: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Absent for paths that are no resource's (`/version`, `/apis`). */
  readonly resource?: ResourceAttributes
}

export interface ResourceAttributes {
  readonly group: string
  readonly version: string
  readonly plural: string
  /** `status`, `log`…; `proxy/some/path` is subresource `proxy`, the rest is `subpath`. */
  readonly subresource?: string
  readonly subpath?: string
  readonly namespace?: string
  readonly name?: string
}

/** What the hooks see of the API server. */
export interface ApiServer {
  readonly engine: Engine
  /** Simulated release: [1, 36]. */
  readonly release: readonly [number, number]
  readonly registry: Registry
  readonly storage: Storage
  /** The core behind every transport: calls back once, at once unless somebody on the network has to be asked first. Never throws. */
  serve(request: ApiRequest, answered: (response: ApiResponse) => void): void
  /** The same for callers that cannot wait; what would take virtual time is answered as timed out. */
  request(request: ApiRequest): ApiResponse
  client(identity: Identity): Client
  /** Whether a user may do something; the same question authorisation asks. */
  may(user: User, attributes: RequestAttributes): Decision
  /** The kubelet of a node, or undefined when none answers there. */
  kubelet(nodeName: string): KubeletConnections | undefined
  /** What is asked of others in the middle of a request. */
  readonly questions: Questions
  /** The programs outside that the server needs and that do not answer. */
  readonly missing: () => readonly string[]
  /** The way out to the cluster's network; undefined where there is none. */
  readonly dial: Dial | undefined
}

/** Finds out who sends a request; impersonation included. Throws 401 when the credentials are bad. */
export type Authenticate = (request: ApiRequest, server: ApiServer) => User

export interface Decision {
  readonly allowed: boolean
  /** What a refusal says after the colon, when the authoriser has something to say. */
  readonly reason?: string
}

/** Decides whether `user` may do it. Asked for every request and for every write of an in-process client. */
export type Authorise = (user: User, attributes: RequestAttributes, server: ApiServer) => Decision

export interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT'

/**
 * The way of one write through mutating admission. Where a policy or a webhook has changed something, all plugins are asked once more, so that those
 * before them see it; what they remember in between lies here.
 */
export interface Rounds {
  isSecond: boolean
  /** Set by who has changed what plugins before it should see. */
  again: boolean
  readonly memory: Record<string, unknown>
}

/** One write on its way through admission. */
export interface AdmissionRequest {
  readonly rounds: Rounds
  readonly operation: AdmissionOperation
  readonly kind: KindDefinition
  /** The version that the request names. */
  readonly served: Served
  /** What `object` is where it is no object of that kind: a Scale, an Eviction, a Binding. */
  readonly body: GroupVersionKind | undefined
  readonly subresource: string | undefined
  readonly namespace: string | undefined
  /** Empty for a create with generateName. */
  readonly name: string
  /** The object as it would be stored (storage version); undefined for DELETE. For CONNECT and kind-specific subresources: the body. */
  readonly object: AnyObject | undefined
  /** What is stored now; undefined for CREATE. */
  readonly old: AnyObject | undefined
  readonly user: User
  readonly dryRun: boolean
  /** Create-, Update-, Patch- or DeleteOptions as the request gave them. */
  readonly options: Readonly<Record<string, unknown>>
  readonly server: ApiServer
  /** Adds a `Warning` header to the answer. */
  warn(text: string): void
  /** Notes something about the request in the audit log. */
  annotate(key: string, value: string): void
}

/** An admission plugin. The pipeline asks all `mutate` in order, then validates the object, then asks all `validate` in order. */
export interface AdmissionPlugin {
  readonly name: string
  /** The resources it has anything to say about, their subresources included, as `plural.group` (`pods`); all of them unless told. */
  readonly about?: readonly string[]
  /** Returns the object to go on with, the same one when nothing is to change. Asked for CREATE and UPDATE. */
  readonly mutate?: (request: AdmissionRequest) => AnyObject
  readonly validate?: (request: AdmissionRequest) => void
}

/** Told of every request once it is answered. Answers what to send instead: a stream whose end it hears of. */
export type Audit = (audited: Audited, server: ApiServer) => ApiResponse

/** Told of a write by a client inside the process: what was asked, the object or the error that came of it, and what was noted meanwhile. */
export type Told = (call: Call, verb: string, body: unknown, outcome: unknown, noted: Readonly<Record<string, string>>) => void

/** A watch that a client inside the process begins. */
export interface BegunWatch extends Pick<Call, 'core' | 'served' | 'namespace' | 'user' | 'manager'> {
  readonly selector: string | undefined
  /** Whether it begins with all there is, or with what has changed since the last one. */
  readonly fromTheStart: boolean
}

/** Told of a watch by a client inside the process when it begins. Answers how to tell that it has ended. */
export type ToldOfWatches = (watch: BegunWatch) => () => void

/** What a handler of a kind's own subresource (eviction, binding, token, log, exec, …) is given. */
export interface SubresourceRequest {
  readonly verb: string
  readonly kind: KindDefinition
  readonly namespace: string | undefined
  readonly name: string
  /** The object it is a subresource of. Not found is answered before the handler is asked. */
  readonly object: AnyObject
  /** The decoded body (of the handler's `body` kind), or undefined when there was none. */
  readonly body: AnyObject | undefined
  /** What follows the subresource in the path (`proxy/a/b` → `a/b`). */
  readonly subpath: string
  readonly query: URLSearchParams
  readonly user: User
  /** Field manager of whoever asks. */
  readonly manager: string
  readonly dryRun: boolean
  readonly server: ApiServer
  /** The request as it came, for `proxy`; undefined when asked by an in-process client. */
  readonly http: ApiRequest | undefined
  warn(text: string): void
}

/** A kind's own subresource. Lives beside its kind; handed to the API server in `subresourceHandlers`. */
export type SubresourceHandler = CallSubresource | PartSubresource

/** A subresource that does something: eviction, binding, token, log, exec, attach, portforward, proxy. */
export interface CallSubresource {
  readonly of: { readonly group: string; readonly plural: string }
  readonly subresource: string
  /** Verbs served; `connect` for subresources that take any method (exec, attach, portforward, proxy), otherwise `create`, `get`… */
  readonly verbs: readonly string[]
  /** What a body must be. */
  readonly body?: GroupVersionKind
  /** What CONNECT is told to have been asked with, where there is no body: `PodExecOptions`. */
  readonly options?: GroupVersionKind
  /** Answers an object, a Status, or a ready response (streams, upgrades, plain text). */
  readonly handle: (request: SubresourceRequest) => KubeObject | Status | ApiResponse
}

/** A subresource through which a part of the object itself is read and written (get, update, patch): approval, ephemeralcontainers, resize. */
export interface PartSubresource {
  readonly of: { readonly group: string; readonly plural: string }
  readonly subresource: string
  /** What to store when `submitted` was sent: the stored object with only the allowed part taken over. Throws what it refuses. */
  readonly merge: (stored: AnyObject, submitted: AnyObject, server: ApiServer) => AnyObject
}

/** Another form of objects a client may ask for with `Accept: …;as=…` (Table, PartialObjectMetadata). */
export interface Presentation {
  readonly as: string
  readonly one: (object: AnyObject, context: PresentationContext) => unknown
  readonly list: (objects: readonly AnyObject[], metadata: ListMetadata, context: PresentationContext) => unknown
}

export interface PresentationContext {
  readonly served: Served
  readonly nowMs: number
  /** Simulated release: columns come and go with it. */
  readonly release: readonly [number, number]
  /** Version of meta.k8s.io asked for: `v1` or `v1beta1`. */
  readonly version: string
  readonly query: URLSearchParams
  /** In a watch: whether this is not the first event, so that headings are not repeated. */
  readonly following: boolean
}

export interface ListMetadata {
  readonly resourceVersion: string
  readonly continue?: string
  readonly remainingItemCount?: number
}

/** Answers paths that are no resource's: discovery, OpenAPI, `/version`, health, metrics. Undefined: not mine, ask the next. */
export type PathHandler = (request: ApiRequest, attributes: RequestAttributes, server: ApiServer) => ApiResponse | undefined

/** Hands a request on to another API server. Like a path handler, but it tells that server who asks. */
export type Aggregated = (request: ApiRequest, attributes: RequestAttributes, user: User, server: ApiServer) => ApiResponse | undefined

/** Reads a body in a format of its own into the JSON value it means. `as` names what the request's path expects. */
export interface BodyReader {
  /** For instance `application/vnd.kubernetes.protobuf`. */
  readonly mediaType: string
  readonly read: (body: Uint8Array, as: { readonly group: string; readonly version: string; readonly kind: string }) => unknown
}

/** What the API server is put together from. Everything but engine and kinds has a default: everybody is cluster-admin, nothing is admitted specially. */
export interface ApiServerOptions {
  readonly engine: Engine
  readonly kinds: readonly KindDefinition<never>[]
  /** `1.36` unless told. */
  readonly release?: string
  readonly authenticate?: Authenticate
  readonly authorise?: Authorise
  readonly admission?: readonly AdmissionPlugin[]
  readonly subresourceHandlers?: readonly SubresourceHandler[]
  readonly pathHandlers?: readonly PathHandler[]
  /** Answers for an API server behind an APIService, before this server looks whether it has what is asked for. Undefined: not theirs. */
  readonly aggregated?: Aggregated
  readonly bodyReaders?: readonly BodyReader[]
  readonly kubelets?: (nodeName: string) => KubeletConnections | undefined
  readonly dial?: Dial
  /** Whether kube-apiserver's process runs: while it does not, no client in the process but the server's own gets an answer. */
  readonly isServing?: () => boolean
  /** What answers over HTTP say in their headers of the request: under which flow schema it fell. */
  readonly headersFor?: (user: User, attributes: RequestAttributes, server: ApiServer) => Readonly<Record<string, string>>
  /** Told of every request over HTTP once it is answered. */
  readonly audited?: Audit
  /** Who is told of writes by clients inside the process, while there is an audit policy. */
  readonly told?: () => Told | undefined
  /** Who is told of watches by clients inside the process, while there is an audit policy. */
  readonly toldOfWatches?: () => ToldOfWatches | undefined
  /** How objects lie in etcd, once kube-apiserver has been given a configuration that says so. */
  readonly atRest?: () => AtRest | undefined
  /** Told of every answer given over HTTP: its status, whether a deprecated version was asked for, and how long it took. */
  readonly observe?: (request: ApiRequest, status: number, isDeprecated: boolean, ms: number) => void
}
