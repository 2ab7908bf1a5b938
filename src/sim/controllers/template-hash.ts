import type { PodTemplateSpec } from '../api/types/core-v1.gen'

/**
 * A short hash of a JSON value: 32 bits of FNV-1a over its canonical text, in the letters Kubernetes uses for `pod-template-hash` (no vowels,
 * so that no word can arise). The same value has the same hash whatever the order of its fields. `collisions` gives another one.
 */
export function templateHash(value: unknown, collisions = 0): string {
  let hash = 0x811c9dc5
  const text = canonical(value) + (collisions > 0 ? String(collisions) : '')
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return safeEncode(String(hash >>> 0))
}

const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt'

/**
 * The hash that names what is made of a pod template, other than those `taken`. That a template was restarted counts, when it was does not: two
 * clusters on which the same things were done have the same names, whatever their clocks said.
 */
export function freshTemplateHash(template: PodTemplateSpec, collisions: number, taken: (hash: string) => boolean): string {
  const { annotations } = template.metadata ?? {}
  const timeless =
    annotations && RESTARTED_AT in annotations
      ? { ...template, metadata: { ...template.metadata, annotations: { ...annotations, [RESTARTED_AT]: '' } } }
      : template
  for (let attempt = collisions; ; attempt++) {
    const hash = templateHash(timeless, attempt)
    if (!taken(hash)) return hash
  }
}

const SAFE_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789'

/** Each character mapped into the safe alphabet, as apimachinery's SafeEncodeString maps a decimal hash. */
export const safeEncode = (text: string): string =>
  [...text].map((character) => SAFE_ALPHABET[character.charCodeAt(0) % SAFE_ALPHABET.length]).join('')

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const fields = Object.entries(value).filter(([, field]) => field !== undefined)
  fields.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join(',')}}`
}
