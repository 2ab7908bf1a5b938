import type { Ingress } from '../../api/types/networking-v1.gen'

const PREFIX = 'nginx.ingress.kubernetes.io/'

/** What the annotations of an Ingress ask for its locations, with the defaults of the controller. */
export interface Settings {
  readonly rewriteTarget: string
  readonly usesRegex: boolean
  readonly sslRedirect: boolean
  readonly forceSslRedirect: boolean
  readonly appRoot: string
  readonly redirect: { readonly url: string; readonly code: number } | undefined
  /** Ranges of addresses; empty for everybody. */
  readonly allowed: readonly string[]
  readonly denied: readonly string[]
  /** `namespace/name` of the Secret with the users of basic authentication. */
  readonly auth: { readonly secret: string; readonly isMap: boolean; readonly realm: string } | undefined
  readonly affinity: Affinity | undefined
  readonly cors: Readonly<Record<string, string>> | undefined
  readonly upstreamHost: string
  readonly serviceUpstream: boolean
  readonly bodyBytes: number
  readonly connectTimeoutMs: number
  readonly readTimeoutMs: number
  /** A Service that answers in the place of one without endpoints. */
  readonly defaultBackend: string
}

export interface Affinity {
  readonly cookie: string
  readonly path: string
  readonly maxAge: string
}

/** When an Ingress that is a canary gets a request in the place of the main one. */
export interface Canary {
  readonly weight: number
  readonly weightTotal: number
  readonly header: string
  readonly headerValue: string
  readonly headerPattern: string
  readonly cookie: string
}

const annotationOf = ({ metadata }: Ingress, name: string): string | undefined => metadata.annotations?.[PREFIX + name]
const isTrue = (text: string | undefined) => text !== undefined && /^(1|t|T|TRUE|true|True)$/.test(text)
const listOf = (text: string | undefined) =>
  (text ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/** nginx' sizes: `8m`, `512k`, `1024`; 0 is without limit. */
function bytesOf(text: string): number {
  const [, number = '1', unit = 'm'] = /^(\d+)([kmg]?)$/i.exec(text.trim()) ?? []
  return Number(number) * UNITS[unit.toLowerCase()]! || Infinity
}

const seconds = (text: string | undefined, fallback: number) => (text !== undefined && /^\d+$/.test(text) ? Number(text) : fallback) * 1000

/** The settings of an Ingress; `options` are those of the controller's ConfigMap. */
export function settingsOf(ingress: Ingress, options: Readonly<Record<string, string>>): Settings {
  const of = (name: string) => annotationOf(ingress, name)
  const permanent = of('permanent-redirect')
  const temporal = of('temporal-redirect')
  const secret = of('auth-secret') ?? ''
  return {
    rewriteTarget: of('rewrite-target') ?? '',
    usesRegex: isTrue(of('use-regex')),
    sslRedirect: isTrue(of('ssl-redirect') ?? options['ssl-redirect'] ?? 'true'),
    forceSslRedirect: isTrue(of('force-ssl-redirect') ?? options['force-ssl-redirect']),
    appRoot: of('app-root') ?? '',
    redirect:
      temporal !== undefined
        ? { url: temporal, code: Number(of('temporal-redirect-code') ?? 302) }
        : permanent !== undefined
          ? { url: permanent, code: Number(of('permanent-redirect-code') ?? 301) }
          : undefined,
    allowed: listOf(of('whitelist-source-range') ?? of('allowlist-source-range') ?? options['whitelist-source-range']),
    denied: listOf(of('denylist-source-range') ?? options['denylist-source-range']),
    auth:
      of('auth-type') === 'basic' && secret !== ''
        ? {
            secret: secret.includes('/') ? secret : `${ingress.metadata.namespace}/${secret}`,
            isMap: of('auth-secret-type') === 'auth-map',
            realm: of('auth-realm') ?? '',
          }
        : undefined,
    affinity:
      of('affinity') === 'cookie'
        ? {
            cookie: of('session-cookie-name') ?? 'INGRESSCOOKIE',
            path: of('session-cookie-path') ?? '',
            maxAge: of('session-cookie-max-age') ?? '',
          }
        : undefined,
    cors: isTrue(of('enable-cors')) ? corsHeaders(of) : undefined,
    upstreamHost: of('upstream-vhost') ?? '',
    serviceUpstream: isTrue(of('service-upstream') ?? options['service-upstream']),
    bodyBytes: bytesOf(of('proxy-body-size') ?? options['proxy-body-size'] ?? '1m'),
    connectTimeoutMs: seconds(of('proxy-connect-timeout') ?? options['proxy-connect-timeout'], 5),
    readTimeoutMs: seconds(of('proxy-read-timeout') ?? options['proxy-read-timeout'], 60),
    defaultBackend: of('default-backend') ?? '',
  }
}

function corsHeaders(of: (name: string) => string | undefined): Readonly<Record<string, string>> {
  const credentials = of('cors-allow-credentials') !== 'false'
  const exposed = of('cors-expose-headers')
  return {
    'Access-Control-Allow-Origin': of('cors-allow-origin') ?? '*',
    ...(credentials && { 'Access-Control-Allow-Credentials': 'true' }),
    'Access-Control-Allow-Methods': of('cors-allow-methods') ?? 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
    'Access-Control-Allow-Headers':
      of('cors-allow-headers') ??
      'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
    ...(exposed !== undefined && { 'Access-Control-Expose-Headers': exposed }),
    'Access-Control-Max-Age': of('cors-max-age') ?? '1728000',
  }
}

/** Under which requests a canary takes the place of the main Ingress; undefined for an Ingress that is none. */
export function canaryOf(ingress: Ingress): Canary | undefined {
  const of = (name: string) => annotationOf(ingress, name)
  if (!isTrue(of('canary'))) return undefined
  return {
    weight: Number(of('canary-weight') ?? 0) || 0,
    weightTotal: Number(of('canary-weight-total') ?? 100) || 100,
    header: (of('canary-by-header') ?? '').toLowerCase(),
    headerValue: of('canary-by-header-value') ?? '',
    headerPattern: of('canary-by-header-pattern') ?? '',
    cookie: of('canary-by-cookie') ?? '',
  }
}

/** Other names of an Ingress' hosts. */
export const aliasesOf = (ingress: Ingress) => listOf(annotationOf(ingress, 'server-alias'))
