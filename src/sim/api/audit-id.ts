import type { Core } from './call'

const served = new WeakMap<Core, number>()

/** A name of its own for each request, by counting: no chance is drawn for it, so that reading changes nothing. */
export function nextAuditId(core: Core): string {
  const count = (served.get(core) ?? 0) + 1
  served.set(core, count)
  const word = (salt: number) => {
    let bits = Math.imul(count ^ salt, 0x9e3779b1)
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
    return ((bits ^ (bits >>> 13)) >>> 0).toString(16).padStart(8, '0')
  }
  const hex = word(0x3c6ef372) + word(0x2545f491) + word(0x6a09e667) + word(0x1f83d9ab)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
