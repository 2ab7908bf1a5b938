import { dns1035Label } from '../../formats/names'
import type { FieldError, FieldPath } from '../field-path'
import type { KindDefinition } from '../kind'
import { checkMetadata } from '../metadata-rules'
import type { AnyObject } from '../object'

type Json = Readonly<Record<string, unknown>>

/** The metadata of an embedded object may belong to any kind: its name is held to no more than what fits into a path. */
const ANY_KIND = { nameRule: 'path-segment', namespaced: false } as KindDefinition // all that its metadata is looked at for

/** Complaints about an object inside a custom resource (`x-kubernetes-embedded-resource`): it says what it is, and its metadata is valid. */
export function embeddedErrors(value: Json, at: FieldPath): FieldError[] {
  const { apiVersion, kind, metadata } = value
  const errors: FieldError[] = []
  if (apiVersion === undefined) errors.push(at('apiVersion').required('must not be empty'))
  else if (typeof apiVersion === 'string' && apiVersion.split('/').length > 2)
    errors.push(at('apiVersion').invalid(apiVersion, `unexpected GroupVersion string: ${apiVersion}`))
  if (kind === undefined) errors.push(at('kind').required('must not be empty'))
  else if (typeof kind === 'string') {
    const why = dns1035Label(kind.toLowerCase()).join(',')
    if (why !== '') errors.push(at('kind').invalid(kind, `may have mixed case, but should otherwise match: ${why}`))
  }
  if (typeof metadata === 'object' && metadata !== null) {
    const named = { metadata: { name: 'fakename', ...metadata } } as unknown as AnyObject // only its metadata is looked at
    for (const error of checkMetadata(named, ANY_KIND)) errors.push({ ...error, field: `${at.text}.${error.field}` })
  }
  return errors
}
