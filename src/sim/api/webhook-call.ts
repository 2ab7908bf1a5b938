import { find, resource } from './admission/lookup'
import type { ApiServer } from './hooks'
import { distrust, SERVED_CERTIFICATE } from './served-certificate'
import type { WebhookClientConfig } from './types/admissionregistration-v1.gen'
import type { Service } from './types/core-v1.gen'
import { collect, dialError, type NetworkAnswer, type OutgoingRequest } from './waiting'

const services = resource<Service>('', 'v1', 'services')

/** A webhook that could not be asked, or answered nonsense, in the words of a real server. */
export class CallError extends Error {}

/**
 * Sends a review to whoever serves a webhook and returns the JSON value that came back, with the request that was sent in its `request` unless
 * the answer has one. `key` tells apart what one request asks; the same question is sent once. Throws Waiting until there is an answer, CallError
 * when there is none.
 */
export function callWebhook(
  server: ApiServer,
  key: string,
  config: WebhookClientConfig,
  timeoutSeconds: number,
  reviewOf: (uid: string) => { readonly request: { readonly uid: string } },
): unknown {
  const { url, target } = addressOf(server, config, timeoutSeconds)
  const { answer, uid } = server.questions.ask<{ answer: NetworkAnswer; uid: string }>(`${url} ${key}`, (answered) => {
    const review = reviewOf(server.engine.random.uuid())
    const body = JSON.stringify(review)
    const request: OutgoingRequest = {
      ...target,
      method: 'POST',
      headers: {
        Host: new URL(url).host,
        'User-Agent': 'kube-apiserver-admission',
        Accept: 'application/json, */*',
        'Content-Type': 'application/json',
      },
      body,
      timeoutMs: timeoutSeconds * 1000,
    }
    collect(server.dial, request, (received) => answered({ answer: received, uid: review.request.uid }))
  })
  if ('error' in answer) {
    throw new CallError(`failed to call webhook: Post ${JSON.stringify(url)}: ${dialError(answer.error, `${target.host}:${target.port}`)}`)
  }
  const served = answer.headers[SERVED_CERTIFICATE]
  const problem = served && distrust(decoded(served), decoded(config.caBundle ?? ''), new URL(url).hostname, server.engine.nowMs)
  if (problem) throw new CallError(`failed to call webhook: Post ${JSON.stringify(url)}: tls: failed to verify certificate: ${problem}`)
  if (answer.status < 200 || answer.status > 206) throw new CallError(`failed to call webhook: ${httpError(answer)}`)
  return { request: { uid }, ...(parsed(answer.body) as object) }
}

function decoded(base64: string): string {
  try {
    return atob(base64)
  } catch {
    return ''
  }
}

function parsed(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // said below
  }
  throw new CallError(`failed to call webhook: couldn't get version/kind; json parse error: ${wordsOf(body)}`)
}

/** What Go's decoder says of a text that is no JSON object. */
const wordsOf = (body: string) =>
  body.trim() === ''
    ? 'unexpected end of JSON input'
    : `invalid character ${JSON.stringify(body.trim()[0]).replaceAll('"', "'")} looking for beginning of value`

/** How a client library words an answer that is no success. */
function httpError({ status, body }: { readonly status: number; readonly body: string }): string {
  if (status === 404) return 'the server could not find the requested resource'
  if (status === 401) return 'the server has asked for the client to provide credentials'
  if (status === 403) return 'forbidden'
  if (status === 503) return 'the server is currently unable to handle the request'
  const text = JSON.stringify(body.trim().slice(0, 2048) || 'unknown')
  return status >= 500
    ? `an error on the server (${text}) has prevented the request from succeeding`
    : `the server rejected our request for an unknown reason`
}

/** Where a webhook's requests go: its URL as messages show it, and the address behind it. The server asks no DNS for Services. */
function addressOf(server: ApiServer, { url, service }: WebhookClientConfig, timeoutSeconds: number) {
  const query = `timeout=${timeoutSeconds}s`
  if (url !== undefined || !service) {
    const parts = new URL(url ?? 'https://localhost')
    parts.searchParams.set('timeout', `${timeoutSeconds}s`)
    const target = { host: parts.hostname, port: Number(parts.port || 443), target: parts.pathname + parts.search }
    return { url: parts.href, target }
  }
  const { name, namespace, port = 443, path = '' } = service
  const shown = `https://${name}.${namespace}.svc:${port}${path}?${query}`
  const fail = (why: string) => new CallError(`failed to call webhook: Post ${JSON.stringify(shown)}: ${why}`)
  const found = find(server, services, namespace, name)
  if (!found) throw fail(`service ${JSON.stringify(name)} not found`)
  const { clusterIP = '', ports = [] } = found.spec
  if (clusterIP === 'None') throw fail('cannot route to service with ClusterIP "None"')
  if (!ports.some((each) => each.port === port)) throw fail(`no service port ${port} found for service ${JSON.stringify(name)}`)
  return { url: shown, target: { host: clusterIP, port, target: `${path || '/'}?${query}` } }
}
