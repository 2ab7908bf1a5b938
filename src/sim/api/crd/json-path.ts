/** Reads the simple JSON paths of printer columns, selectable fields and scale: `.spec.x`, `.a[0].b`, `.a[*].b`, `.a[?(@.type=="Ready")].status`. */
export function jsonPath(path: string): (object: unknown) => readonly unknown[] {
  const steps = stepsOf(path)
  return (object) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [object])
}

type Step = (value: unknown) => readonly unknown[]

function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = []
  let rest = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, '')
  while (rest !== '') {
    const match = TOKEN.exec(rest)
    if (!match) return [() => []] // a path that means nothing finds nothing
    const [whole, name, quoted, index, filterPath, wanted] = match
    rest = rest.slice(whole.length)
    if (whole === '[*]' || whole === '.*') steps.push(every)
    else if (filterPath !== undefined) steps.push(filtered(filterPath, wanted ?? ''))
    else if (index !== undefined) steps.push(item(Number(index)))
    else steps.push(child((name ?? quoted ?? '').replace(/\\(.)/g, '$1')))
  }
  return steps
}

const TOKEN = /^(?:\.((?:[^.[\]\\*]|\\.)+)|\.\*|\[\*\]|\['([^']*)'\]|\[(-?\d+)\]|\[\?\(@(\.[^=\s]+)\s*==\s*["']([^"']*)["']\)\])/

const child =
  (name: string): Step =>
  (value) =>
    isObject(value) && Object.hasOwn(value, name) ? [value[name]] : []

const item =
  (index: number): Step =>
  (value) =>
    Array.isArray(value) && value.at(index) !== undefined ? [value.at(index) as unknown] : []

const every: Step = (value) => (Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : [])

function filtered(path: string, wanted: string): Step {
  const read = jsonPath(path)
  return (value) => every(value).filter((each) => read(each).some((found) => String(found) === wanted))
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
