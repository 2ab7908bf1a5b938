/** One complaint about one field, as `k8s.io/apimachinery` words it. */
export interface FieldError {
  /** FieldValueInvalid, FieldValueRequired, FieldValueDuplicate, FieldValueForbidden, FieldValueNotSupported, FieldValueTooLong, … */
  readonly reason: string
  readonly field: string
  /** The complaint without the field's name: `Invalid value: 0: must be greater than zero`. */
  readonly message: string
}

/** A place in an object, from which complaints about it are made. */
export interface FieldPath {
  /** A child: `at('spec', 'ports', 0, 'name')` is `spec.ports[0].name`. */
  (...steps: (string | number)[]): FieldPath
  /** A map's entry, in brackets whatever its name: `metadata.labels[app]`. */
  key(name: string): FieldPath
  readonly text: string
  invalid(value: unknown, why: string): FieldError
  required(why?: string): FieldError
  duplicate(value: unknown): FieldError
  /** Something that is referred to by name and is not there (a mount of a volume the Pod does not have). */
  notFound(value: unknown): FieldError
  forbidden(why: string): FieldError
  notSupported(value: unknown, supported: readonly string[]): FieldError
  tooLong(maxLength: number): FieldError
  tooMany(count: number, maxCount: number): FieldError
}

/** How Go's `%#v`-like field errors print a bad value. */
function printed(value: unknown): string {
  if (value === undefined || value === null) return 'null'
  return JSON.stringify(value)
}

/**
 * The path at the top of an object. Validation asks for the same few hundred places of every object, so each path remembers its children;
 * `MAX_CHILDREN` keeps names out of objects (`data[…]`) from piling up.
 */
export function fieldPath(text = ''): FieldPath {
  const children = new Map<string | number, FieldPath>()
  const childAt = (step: string | number): FieldPath => {
    const known = children.get(step)
    if (known) return known
    const made = fieldPath(typeof step === 'number' ? `${text}[${step}]` : text ? `${text}.${step}` : step)
    if (children.size < MAX_CHILDREN) children.set(step, made)
    return made
  }
  const path = (...steps: (string | number)[]): FieldPath => {
    if (steps.length === 1) return childAt(steps[0]!)
    let at: FieldPath = self
    for (const step of steps) at = at(step)
    return at
  }
  const complaint = (reason: string, message: string): FieldError => ({ reason, field: text, message })
  const self: FieldPath = Object.assign(path, {
    text,
    key: (name: string) => fieldPath(`${text}[${name}]`),
    invalid: (value: unknown, why: string) => complaint('FieldValueInvalid', `Invalid value: ${printed(value)}: ${why}`),
    required: (why = '') => complaint('FieldValueRequired', why ? `Required value: ${why}` : 'Required value'),
    duplicate: (value: unknown) => complaint('FieldValueDuplicate', `Duplicate value: ${printed(value)}`),
    notFound: (value: unknown) => complaint('FieldValueNotFound', `Not found: ${printed(value)}`),
    forbidden: (why: string) => complaint('FieldValueForbidden', `Forbidden: ${why}`),
    notSupported: (value: unknown, supported: readonly string[]) =>
      complaint(
        'FieldValueNotSupported',
        `Unsupported value: ${printed(value)}: supported values: ${supported.map((v) => JSON.stringify(v)).join(', ')}`,
      ),
    tooLong: (maxLength: number) => complaint('FieldValueTooLong', `Too long: may not be more than ${maxLength} bytes`),
    tooMany: (count: number, maxCount: number) => complaint('FieldValueTooMany', `Too many: ${count}: must have at most ${maxCount} items`),
  })
  return self
}

const MAX_CHILDREN = 200
