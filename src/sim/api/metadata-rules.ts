import {
  asGenerateName,
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  pathSegment,
  qualifiedName,
  type NameCheck,
} from '../formats/names'
import { fieldPath, type FieldError } from './field-path'
import type { KindDefinition } from './kind'
import type { AnyObject } from './object'
import type { ObjectMeta } from './types/meta-v1.gen'

const NAME_RULES: Readonly<Record<KindDefinition['nameRule'], NameCheck>> = {
  'dns-subdomain': dnsSubdomain,
  'dns-label': dnsLabel,
  'dns-1035-label': dns1035Label,
  'path-segment': pathSegment,
  'ip-address': (name) => (/^[0-9a-f.:]+$/.test(name) ? [] : ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']),
}

const MAX_ANNOTATIONS_BYTES = 256 * 1024
const at = fieldPath('metadata')

/** Complaints about the metadata of an object that is to be created: `ValidateObjectMeta`. */
export function checkMetadata({ metadata }: AnyObject, kind: KindDefinition): readonly FieldError[] {
  const { name, generateName } = metadata
  const rule = NAME_RULES[kind.nameRule]
  const prefixRule = kind.nameRule === 'path-segment' ? rule : asGenerateName(rule)
  return [
    ...(generateName ? prefixRule(generateName).map((why) => at('generateName').invalid(generateName, why)) : []),
    ...(name ? rule(name).map((why) => at('name').invalid(name, why)) : [at('name').required('name or generateName is required')]),
    ...checkCommon(metadata),
  ]
}

/** Complaints about the metadata of a new state of a stored object: `ValidateObjectMetaUpdate`. */
export function checkMetadataUpdate({ metadata }: AnyObject, { metadata: old }: AnyObject): readonly FieldError[] {
  const added = (metadata.finalizers ?? []).filter((each) => !old.finalizers?.includes(each))
  return [
    ...(metadata.name !== old.name ? [at('name').invalid(metadata.name, IMMUTABLE)] : []),
    ...(metadata.namespace !== old.namespace ? [at('namespace').invalid(metadata.namespace, IMMUTABLE)] : []),
    ...(old.deletionTimestamp && added.length > 0
      ? [
          at('finalizers').forbidden(
            `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(', ')}}`,
          ),
        ]
      : []),
    ...(metadata.labels === old.labels &&
    metadata.annotations === old.annotations &&
    metadata.ownerReferences === old.ownerReferences &&
    metadata.finalizers === old.finalizers
      ? []
      : checkCommon(metadata)),
  ]
}

const IMMUTABLE = 'field is immutable'

function checkCommon({ labels, annotations, ownerReferences, finalizers }: ObjectMeta): readonly FieldError[] {
  const errors: FieldError[] = []
  for (const key in labels) {
    const value = labels[key]!
    errors.push(
      ...qualifiedName(key).map((why) => at('labels').invalid(key, why)),
      ...labelValue(value).map((why) => at('labels').invalid(value, why)),
    )
  }
  let bytes = 0
  for (const key in annotations) {
    bytes += key.length + annotations[key]!.length
    errors.push(...qualifiedName(key.toLowerCase()).map((why) => at('annotations').invalid(key, why)))
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(at('annotations').tooLong(MAX_ANNOTATIONS_BYTES))
  for (const finalizer of finalizers ?? []) errors.push(...qualifiedName(finalizer).map((why) => at('finalizers').invalid(finalizer, why)))
  if (ownerReferences) errors.push(...checkOwners(ownerReferences))
  return errors
}

function checkOwners(owners: NonNullable<ObjectMeta['ownerReferences']>): readonly FieldError[] {
  const list = at('ownerReferences')
  const controllers = owners.filter((owner) => owner.controller)
  return [
    ...owners.flatMap(({ apiVersion, kind, name, uid }, i) => [
      ...(apiVersion ? [] : [list(i, 'apiVersion').invalid(apiVersion ?? '', 'version must not be empty')]),
      ...(kind ? [] : [list(i, 'kind').invalid(kind ?? '', 'must not be empty')]),
      ...(name ? [] : [list(i, 'name').invalid(name ?? '', 'must not be empty')]),
      ...(uid ? [] : [list(i, 'uid').invalid(uid ?? '', 'must not be empty')]),
    ]),
    ...(controllers.length > 1
      ? [
          list.invalid(
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]!.kind}/${controllers[0]!.name} and ${controllers[1]!.kind}/${controllers[1]!.name}`,
          ),
        ]
      : []),
  ]
}
