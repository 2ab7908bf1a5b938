import { readFileSync } from 'node:fs'
import type { Descriptions } from '../api/openapi-schemas'

let known: Descriptions | undefined

/** The API reference's descriptions, read when somebody first asks for a document that shows them. */
export function descriptions(): Descriptions {
  known ??= JSON.parse(readFileSync(new URL('../api/schema/descriptions.gen.json', import.meta.url), 'utf8')) as Descriptions // written by scripts/generate-descriptions.mjs
  return known
}
