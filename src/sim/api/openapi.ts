import { currentGroups } from './discovery-routes'
import type { ServedGroup, ServedVersion } from './discovery-groups'
import { fingerprint, isUnchanged, json, pageNotFound } from './edge-answer'
import { versionInfo } from './version-info'
import type { ApiServer, PathHandler } from './hooks'
import type { ApiResponse } from './http'
import { encodeDocument } from './openapi-protobuf'
import { pathsOf } from './openapi-paths'
import { createDefinitions, type Descriptions } from './openapi-schemas'
import type { Registry } from './registry'

export interface OpenApiOptions {
  /** The descriptions, once somebody has loaded them; documents made before have none. */
  readonly descriptions?: () => Descriptions | undefined
}

/** Documents as texts, made when first asked for and again after kinds came or went. */
interface Documents {
  readonly generation: number
  readonly described: boolean
  readonly texts: Map<string, string>
}

const info = (server: ApiServer) => ({ title: 'Kubernetes', version: versionInfo(server.release).gitVersion })

/** Answers `/openapi/v3`, its documents, and `/openapi/v2` as JSON or protobuf. */
export function openApiRoutes({ descriptions = () => undefined }: OpenApiOptions = {}): PathHandler {
  const known = new WeakMap<Registry, Documents>()

  function documentsOf({ registry }: ApiServer): Documents {
    const { generation } = registry
    const described = descriptions() !== undefined
    let documents = known.get(registry)
    if (documents?.generation !== generation || documents.described !== described)
      known.set(registry, (documents = { generation, described, texts: new Map() }))
    return documents
  }

  function text(server: ApiServer, name: string, make: () => unknown): string {
    const { texts } = documentsOf(server)
    let found = texts.get(name)
    if (found === undefined) texts.set(name, (found = JSON.stringify(make())))
    return found
  }

  const documentText = (server: ApiServer, served: ServedVersion) =>
    text(server, served.apiVersion, () => documentOf(server, served, descriptions()))

  return (request, { path, query }, server) => {
    if (path === '/openapi/v2') {
      const body = text(server, 'v2', () => swaggerOf(server, currentGroups(server), descriptions()))
      const wantsProtobuf = /proto-openapi\.spec\.v2/.test(request.headers.accept ?? '')
      return wantsProtobuf ? protobufAnswer(body) : tagged(body, request.headers['if-none-match'])
    }
    if (path === '/openapi/v3' || path === '/openapi/v3/') {
      // Hashes are of what a document is made from: making all documents only to list them would take too long.
      const { described } = documentsOf(server)
      return json({
        paths: Object.fromEntries(
          versionsOf(server).flatMap((served) => {
            const url = served.foreign ? served.foreign.openApi : urlOf(served, described)
            return url === undefined ? [] : [[pathOf(served), { serverRelativeURL: url }]]
          }),
        ),
      })
    }
    if (!path.startsWith('/openapi/v3/')) return undefined
    const served = versionsOf(server).find((each) => path === `/openapi/v3/${pathOf(each)}`)
    if (!served) return pageNotFound
    const immutable: Record<string, string> = query.has('hash') ? { 'cache-control': 'public, immutable' } : {}
    return tagged(documentText(server, served), request.headers['if-none-match'], immutable)
  }
}

const versionsOf = (server: ApiServer) => currentGroups(server).flatMap(({ versions }) => versions)
const pathOf = ({ group, version, apiVersion }: ServedVersion) => (group === '' ? `api/${version}` : `apis/${apiVersion}`)

function urlOf(served: ServedVersion, described: boolean): string {
  const kinds = served.kinds.map(({ kind, customSchema }) => kind + (customSchema === undefined ? '' : JSON.stringify(customSchema)))
  return `/openapi/v3/${pathOf(served)}?hash=${fingerprint(`${served.apiVersion} ${described} ${kinds.join()}`)}`
}

function tagged(body: string, ifNoneMatch: string | undefined, more: Readonly<Record<string, string>> = {}): ApiResponse {
  const etag = `"${fingerprint(body)}"`
  if (isUnchanged(ifNoneMatch, etag)) return { status: 304, headers: { etag, ...more }, body: '' }
  return { status: 200, headers: { 'content-type': 'application/json', etag, vary: 'Accept', ...more }, body }
}

function documentOf(server: ApiServer, served: ServedVersion, descriptions: Descriptions | undefined) {
  const definitions = createDefinitions('v3', descriptions)
  const paths = pathsOf({ definitions, style: 'v3', served })
  const securitySchemes = {
    BearerToken: { type: 'apiKey', description: 'Bearer Token authentication', name: 'authorization', in: 'header' },
  }
  return { openapi: '3.0.0', info: info(server), paths, components: { schemas: definitions.all(), securitySchemes } }
}

function swaggerOf(server: ApiServer, groups: readonly ServedGroup[], descriptions: Descriptions | undefined) {
  const definitions = createDefinitions('v2', descriptions)
  const paths = Object.assign(
    {},
    ...groups.flatMap(({ versions }) =>
      versions.filter(({ foreign }) => !foreign).map((served) => pathsOf({ definitions, style: 'v2', served })),
    ),
  )
  const securityDefinitions = {
    BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' },
  }
  return { swagger: '2.0', info: info(server), paths, definitions: definitions.all(), securityDefinitions, security: [{ BearerToken: [] }] }
}

function protobufAnswer(body: string): ApiResponse {
  const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' // clients ask with an @, which is no legal media type to answer with
  return {
    status: 200,
    headers: { 'content-type': type, etag: `"${fingerprint(body)}"`, vary: 'Accept' },
    body: encodeDocument(JSON.parse(body)),
  }
}
