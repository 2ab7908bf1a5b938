import { sha256 } from '../formats/sha256'
import { structJson } from './printers/json'

/** What is hashed of a generated ConfigMap or Secret. */
export interface Hashed {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
  readonly type?: string
}

/** `--append-hash`: the name with ten characters that change whenever the content does. */
export const nameWithHash = (object: Hashed): string => `${object.name}-${contentHash(object)}`

/** Those ten characters: sha256 of a JSON text, vowels and ambiguous digits replaced so that no words come about. */
export function contentHash({ kind, name, data, binaryData, type }: Hashed): string {
  const sorted = (map: Readonly<Record<string, string>> | undefined) =>
    map ? Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1))) : undefined
  const hashed =
    kind === 'ConfigMap'
      ? { ...(binaryData ? { binaryData: sorted(binaryData) } : {}), data: sorted(data) ?? '', kind, name }
      : { data: sorted(data) ?? {}, kind, name, type: type ?? '' }
  const hex = sha256(structJson(hashed))
  return [...hex.slice(0, 10)].map((digit) => replacements[digit] ?? digit).join('')
}

const replacements: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }
