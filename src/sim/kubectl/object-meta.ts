/** Go's types of the members of `metadata` that the client decodes of any object. */
const types: Readonly<Record<string, string>> = {
  name: 'string',
  generateName: 'string',
  namespace: 'string',
  selfLink: 'string',
  uid: 'types.UID',
  resourceVersion: 'string',
  generation: 'int64',
  creationTimestamp: 'string',
  deletionTimestamp: 'string',
  deletionGracePeriodSeconds: 'int64',
  labels: 'map[string]string',
  annotations: 'map[string]string',
  ownerReferences: '[]v1.OwnerReference',
  finalizers: '[]string',
  managedFields: '[]v1.ManagedFieldsEntry',
}

/** Why an object's metadata cannot be decoded, in Go's words; undefined when it can. A label that is a number is the mistake everybody makes once. */
export function metadataProblem(metadata: unknown): string | undefined {
  if (metadata === undefined || metadata === null) return undefined
  if (typeof metadata !== 'object' || Array.isArray(metadata)) return mismatch(metadata, 'metadataOnlyObject.metadata', 'v1.ObjectMeta')
  for (const [member, type] of Object.entries(types)) {
    const value = (metadata as Readonly<Record<string, unknown>>)[member] // looked at member by member
    if (value === undefined || value === null) continue
    const field = `ObjectMeta.metadata.${member}`
    if (!fits(value, type)) return mismatch(value, field, type)
    const texts = type.startsWith('map') ? Object.values(value) : type === '[]string' ? (value as unknown[]) : [] // a map or a list, as fits found
    const wrong = texts.find((text) => text !== null && typeof text !== 'string')
    if (wrong !== undefined) return mismatch(wrong, field, 'string')
  }
  return undefined
}

function fits(value: unknown, type: string): boolean {
  if (type.startsWith('[]')) return Array.isArray(value)
  if (type.startsWith('map')) return typeof value === 'object' && !Array.isArray(value)
  return typeof value === (type === 'int64' ? 'number' : 'string')
}

function mismatch(value: unknown, field: string, type: string): string {
  const kind = Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
  return `json: cannot unmarshal ${kind} into Go struct field ${field} of type ${type}`
}
