import { isObject } from '../../formats/merge-patch'
import { parseYaml, splitYamlDocuments, YamlError } from '../../formats/yaml'
import { CommandError } from '../errors'
import { goMap } from '../../formats/strategic-merge'
import { newResource, type Json, type Resource } from './resource'

/** A text that is no YAML: what is said about it, whatever else it might have been. */
export class MalformedYamlError extends CommandError {}

/** The resources of a text, those of Lists one by one. Throws CommandError for what is none. */
export function readResources(text: string, file = ''): Resource[] {
  const found: Resource[] = []
  for (const part of splitYamlDocuments(text)) {
    let value: unknown
    try {
      value = parseYaml(part.text, { dialect: 'yaml.v3' })
    } catch (error) {
      if (!(error instanceof YamlError)) throw error
      throw new MalformedYamlError(`MalformedYAMLError: ${error.message}${file && ` in File: ${file}`}`)
    }
    if (value === null || value === undefined || (isObject(value) && Object.keys(value).length === 0)) continue
    found.push(...resourcesOf(value))
  }
  return found
}

function resourcesOf(value: unknown): Resource[] {
  if (!isObject(value)) throw new CommandError('missing Resource metadata')
  if (
    typeof value.kind === 'string' &&
    value.kind.endsWith('List') &&
    (Array.isArray(value.items) || value.items === undefined || value.items === null)
  )
    return Array.isArray(value.items) ? value.items.flatMap(resourcesOf) : []
  check(value)
  return [newResource(value)]
}

/** Every resource has a kind and a name. Throws CommandError. */
function check(object: Json): void {
  const metadata = isObject(object.metadata) ? object.metadata : {}
  const said = (member: unknown) => (typeof member === 'string' ? member : '')
  const what = `{{${said(object.apiVersion)} ${said(object.kind)}} {{${said(metadata.name)} ${said(metadata.namespace)}} ${goMap(metadata.labels ?? {})} ${goMap(metadata.annotations ?? {})}}}` // prettier-ignore
  if (!object.kind) throw new CommandError(`missing kind in object ${what}`)
  if (!metadata.name) throw new CommandError(`missing metadata.name in object ${what}`)
}
