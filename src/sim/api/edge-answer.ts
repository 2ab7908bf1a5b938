import type { BufferedResponse } from './http'
import { StatusError, type Status } from './status'

/** An answer of JSON. */
export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): BufferedResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) }
}

/** An answer of plain text, as health checks give it. */
export function plainText(body: string, status = 200, headers: Readonly<Record<string, string>> = {}): BufferedResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff', ...headers }, body }
}

/** What a path that leads nowhere is answered with: plain text, not a Status. */
export const pageNotFound = plainText('404 page not found\n', 404)

/** A Status as an answer. */
export function statusAnswer(status: Status): BufferedResponse {
  return json(status, status.code ?? (status.status === 'Success' ? 200 : 500))
}

/** What went wrong as an answer: a refusal as it is, anything else as an internal error. */
export function errorAnswer(error: unknown): BufferedResponse {
  if (error instanceof StatusError) return statusAnswer(error.status)
  throw error
}

/**
 * A short fingerprint of a text: FNV-1a in two halves, 16 upper-case digits. Good enough to notice that a document changed, which is all that
 * ETags and OpenAPI's hashes are for; a real server's are longer.
 */
export function fingerprint(text: string): string {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code ^ (low >>> 16), 0x01000193)
  }
  const hex = (half: number) => (half >>> 0).toString(16).padStart(8, '0').toUpperCase()
  return hex(high) + hex(low)
}

/** Whether an `If-None-Match` header names this document. */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch?.split(',').some((tag) => tag.trim() === etag) ?? false
}
