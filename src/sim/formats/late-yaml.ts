import { lateCode } from '../engine/late-code'
import type { parseYaml } from './yaml'
import { toYaml } from './yaml-emit'

/** The reader of YAML, which is large and which nobody needs before somebody writes YAML. */
export const yamlReader = lateCode<typeof parseYaml>('YAML')

const written = new Map<string, unknown>()

/** Writes YAML that this program reads again itself: it need not be parsed to be known. */
export function writeKnownYaml(value: unknown): string {
  const text = toYaml(value)
  if (!written.has(text)) written.set(text, JSON.parse(JSON.stringify(value))) // what a reader would get: no undefined, nothing shared
  return text
}

/** Reads one document, as parseYaml does. Throws YamlError. */
export const readYaml = (text: string): unknown => (written.has(text) ? written.get(text) : yamlReader.code(text))
