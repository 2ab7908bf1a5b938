/**
 * A set of field paths in the form of `managedFields[].fieldsV1`: nested objects whose keys are path elements (`f:name` a field, `k:{…}` an
 * item of a list with keys, `v:…` an item of a set). `{}` under a key means that this path is a member; a member with members below it says
 * so by a `.` of its own. The set itself, at the top, may be empty.
 */
export interface FieldSet {
  readonly [element: string]: FieldSet
}

const LEAF: FieldSet = Object.freeze({})
const SELF = '.'

export const NO_FIELDS: FieldSet = LEAF
export const isEmpty = (set: FieldSet) => {
  for (const _ in set) return false
  return true
}

/** Whether a path that leads to `node` is a member itself, not merely on the way to members. */
export const isMember = (node: FieldSet) => isEmpty(node) || SELF in node

/** A node of a set; undefined when there would be nothing in it. */
export function nodeOf(member: boolean, children: Record<string, FieldSet> | undefined): FieldSet | undefined {
  if (children === undefined) return member ? LEAF : undefined
  if (member) children[SELF] = LEAF
  return children
}

/** Members of either set. */
export function union(x: FieldSet, y: FieldSet): FieldSet {
  if (isEmpty(x) || x === y) return y
  if (isEmpty(y)) return x
  const result: Record<string, FieldSet> = { ...x }
  for (const element in y) {
    const mine = x[element]
    result[element] = mine === undefined ? y[element]! : unionNodes(mine, y[element]!)
  }
  return result
}

function unionNodes(x: FieldSet, y: FieldSet): FieldSet {
  if (x === y) return x
  const both = { ...union(x, y) }
  if (isEmpty(both)) return LEAF
  if (isMember(x) || isMember(y)) both[SELF] = LEAF
  return both
}

/** Members of `x` that are not members of `y`. */
export function difference(x: FieldSet, y: FieldSet): FieldSet {
  return combine(x, y, (mine, theirs) => {
    if (theirs === undefined) return mine
    return nodeOf(isMember(mine) && !isMember(theirs), childrenOf(difference(mine, theirs)))
  })
}

/** Members of both sets. */
export function intersection(x: FieldSet, y: FieldSet): FieldSet {
  return combine(x, y, (mine, theirs) => {
    if (theirs === undefined) return undefined
    return nodeOf(isMember(mine) && isMember(theirs), childrenOf(intersection(mine, theirs)))
  })
}

/** A node's children, as `nodeOf` takes them. */
const childrenOf = (set: FieldSet): Record<string, FieldSet> | undefined => (isEmpty(set) ? undefined : { ...set })

function combine(x: FieldSet, y: FieldSet, decide: (mine: FieldSet, theirs: FieldSet | undefined) => FieldSet | undefined): FieldSet {
  const result: Record<string, FieldSet> = {}
  let same = true
  for (const element in x) {
    if (element === SELF) {
      same = false // whether a path is a member itself is decided one level up
      continue
    }
    const node = decide(x[element]!, y[element])
    if (node !== x[element]) same = false
    if (node !== undefined) result[element] = node
  }
  return same ? x : result
}

/** Every member as text, in order: `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): string[] {
  return Object.keys(set)
    .filter((element) => element !== SELF)
    .sort()
    .flatMap((element) => {
      const path = prefix + elementText(element)
      const node = set[element]!
      return [...(isMember(node) ? [path] : []), ...pathsOf(node, path)]
    })
}

function elementText(element: string): string {
  const text = element.slice(2)
  if (element.startsWith('f:')) return `.${text}`
  if (element.startsWith('v:')) return `[=${text}]`
  const keys = JSON.parse(text) as Readonly<Record<string, unknown>> // made by elementOfItem
  return `[${Object.keys(keys)
    .sort()
    .map((key) => `${key}=${JSON.stringify(keys[key])}`)
    .join(',')}]`
}

/** The set with the keys of every node in order, as a server shows it. */
export function inOrder(set: FieldSet): FieldSet {
  return Object.fromEntries(
    Object.keys(set)
      .sort()
      .map((element) => [element, inOrder(set[element]!)]),
  )
}
