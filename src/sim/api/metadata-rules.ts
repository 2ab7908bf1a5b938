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
  const errors: FieldError[] = []
  if (generateName) {
    const prefixRule = kind.nameRule === 'path-segment' ? rule : asGenerateName(rule)
    for (const why of prefixRule(generateName)) errors.push(at('generateName').invalid(generateName, why))
  }
  if (!name) errors.push(at('name').required('name or generateName is required'))
  else for (const why of rule(name)) errors.push(at('name').invalid(name, why))
  checkCommon(metadata, errors, kind)
  return errors
}

/** Complaints about the metadata of a new state of a stored object: `ValidateObjectMetaUpdate`. */
export function checkMetadataUpdate({ metadata }: AnyObject, { metadata: old }: AnyObject, kind: KindDefinition): readonly FieldError[] {
  if (metadata === old) return NO_ERRORS
  const errors: FieldError[] = []
  if (metadata.name !== old.name) errors.push(at('name').invalid(metadata.name, IMMUTABLE))
  if (metadata.namespace !== old.namespace) errors.push(at('namespace').invalid(metadata.namespace, IMMUTABLE))
  const added = metadata.finalizers === old.finalizers ? [] : (metadata.finalizers ?? []).filter((each) => !old.finalizers?.includes(each))
  if (old.deletionTimestamp && added.length > 0)
    errors.push(
      at('finalizers').forbidden(
        `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(', ')}}`,
      ),
    )
  const isSame =
    metadata.labels === old.labels &&
    metadata.annotations === old.annotations &&
    metadata.ownerReferences === old.ownerReferences &&
    metadata.finalizers === old.finalizers
  if (!isSame) checkCommon(metadata, errors, kind)
  return errors
}

const IMMUTABLE = 'field is immutable'
const NO_ERRORS: readonly FieldError[] = []

/** Labels of stored objects with which everything is right: a template's stand in all its Pods. */
const soundLabels = new WeakSet<object>()

function checkLabels(labels: Readonly<Record<string, string>>, errors: FieldError[]) {
  if (soundLabels.has(labels)) return
  const before = errors.length
  for (const key in labels) {
    const value = labels[key]!
    for (const why of qualifiedName(key)) errors.push(at('labels').invalid(key, why))
    for (const why of labelValue(value)) errors.push(at('labels').invalid(value, why))
  }
  if (errors.length === before && Object.isFrozen(labels)) soundLabels.add(labels)
}

/** Adds what is wrong with any object's metadata to the errors. */
function checkCommon({ labels, annotations, ownerReferences, finalizers }: ObjectMeta, errors: FieldError[], kind: KindDefinition) {
  if (labels) checkLabels(labels, errors)
  let bytes = 0
  for (const key in annotations) {
    bytes += key.length + annotations[key]!.length
    for (const why of qualifiedName(key.toLowerCase())) errors.push(at('annotations').invalid(key, why))
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(at('annotations').tooLong(MAX_ANNOTATIONS_BYTES))
  for (const finalizer of finalizers ?? [])
    for (const why of qualifiedName(finalizer)) errors.push(at('finalizers').invalid(finalizer, why))
  if (finalizers && namesFinalizers(kind))
    finalizers.forEach((finalizer, index) => {
      if (!isQualified(finalizer))
        errors.push(at('finalizers', index).invalid(finalizer, 'name is neither a standard finalizer name nor is it fully qualified'))
    })
  if (ownerReferences) errors.push(...checkOwners(ownerReferences))
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

const STANDARD_FINALIZERS = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])
const isQualified = (finalizer: string) => finalizer.includes('/') || STANDARD_FINALIZERS.has(finalizer)

/** The kinds of these groups have finalizers of any name, as custom resources have. */
const FREE_GROUPS = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io', 'admissionregistration.k8s.io'])
const namesFinalizers = ({ group, customSchema }: KindDefinition) => customSchema === undefined && !FREE_GROUPS.has(group)

/** Warnings about new finalizers of a custom resource that somebody else might choose as well. */
export function finalizerWarnings(
  { metadata: { finalizers = [] } }: AnyObject,
  old: AnyObject | undefined,
  { customSchema }: KindDefinition,
): readonly string[] {
  if (customSchema === undefined) return []
  return finalizers
    .filter((finalizer) => !isQualified(finalizer) && !old?.metadata.finalizers?.includes(finalizer))
    .map(
      (finalizer) =>
        `metadata.finalizers: ${JSON.stringify(finalizer)}: prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers`,
    )
}
