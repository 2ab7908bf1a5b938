import type { Check, Expectation, ObjectCheck, ObjectsCheck } from './format'

/** What a check may look at. */
export interface CheckView {
  /** An object by kind (as kubectl names it), or undefined. */
  get(kind: string, namespace: string, name: string): unknown
  list(kind: string, namespace: string, selector: string | undefined): readonly unknown[]
  /** What a shell command printed and how it ended; undefined while it has not been run yet. */
  shell(script: string): { readonly stdout: string; readonly code: number } | undefined
}

/** What a check found: whether it holds, and in a few words what it saw, for the reader. */
export interface Finding {
  readonly passed: boolean
  readonly saw: string
}

const DEFAULT_NAMESPACE = 'default'

/** Asks a check about the cluster as it is now. */
export function askCheck(check: Check, view: CheckView): Finding {
  if ('all' in check)
    return firstOr(
      check.all.map((each) => askCheck(each, view)),
      (finding) => !finding.passed,
    )
  if ('any' in check)
    return firstOr(
      check.any.map((each) => askCheck(each, view)),
      (finding) => finding.passed,
    )
  if ('not' in check) {
    const { passed, saw } = askCheck(check.not, view)
    return { passed: !passed, saw }
  }
  if ('object' in check) return askObject(check, view)
  if ('objects' in check) return askObjects(check, view)
  const result = view.shell(check.shell)
  if (!result) return { passed: false, saw: '…' }
  const passed = result.code === (check.code ?? 0) && (check.prints === undefined || new RegExp(check.prints, 'm').test(result.stdout))
  return { passed, saw: result.stdout.trim().split('\n').at(-1) || `exit ${result.code}` }
}

/** Every shell command in a check, so that whoever asks can run them first. */
export function shellCommandsOf(check: Check): readonly string[] {
  if ('all' in check) return check.all.flatMap(shellCommandsOf)
  if ('any' in check) return check.any.flatMap(shellCommandsOf)
  if ('not' in check) return shellCommandsOf(check.not)
  return 'shell' in check ? [check.shell] : []
}

/** The first finding that decides, else the last one. */
const firstOr = (findings: readonly Finding[], decides: (finding: Finding) => boolean): Finding =>
  findings.find(decides) ?? findings.at(-1) ?? { passed: true, saw: '' }

function askObject(check: ObjectCheck, view: CheckView): Finding {
  const [kind = '', name = ''] = check.object.split('/')
  const object = view.get(kind, check.namespace ?? DEFAULT_NAMESPACE, name)
  if (object === undefined) return { passed: check.absent === true, saw: `no ${check.object}` }
  if (check.absent) return { passed: false, saw: check.object }
  const findings: Finding[] = []
  if (check.condition) {
    const conditions = valueAt(object, 'status.conditions')
    const found = Array.isArray(conditions)
      ? (conditions as { type: string; status: string; reason?: string }[]).find(({ type }) => type === check.condition)
      : undefined
    findings.push({
      passed: found?.status === (check.status ?? 'True'),
      saw: `${check.condition}: ${found ? `${found.status}${found.reason ? ` (${found.reason})` : ''}` : '-'}`,
    })
  }
  if (check.path !== undefined && check.is !== undefined) {
    const value = valueAt(object, check.path)
    findings.push({ passed: meets(value, check.is), saw: `${check.path}: ${show(value)}` })
  }
  return firstOr(findings.length > 0 ? findings : [{ passed: true, saw: check.object }], (finding) => !finding.passed)
}

function askObjects(check: ObjectsCheck, view: CheckView): Finding {
  const all = view.list(check.objects, check.namespace ?? DEFAULT_NAMESPACE, check.selector)
  const counted = all.filter((object) => (check.where ?? []).every(({ path, is }) => meets(valueAt(object, path), is)))
  return { passed: meets(counted.length, check.count), saw: `${counted.length} of ${all.length} ${check.objects}` }
}

/** Whether a value is what is expected. */
export function meets(value: unknown, expected: Expectation): boolean {
  if (typeof expected !== 'object') return value === expected || (typeof value !== 'object' && String(value) === String(expected))
  if ('matches' in expected) return value !== undefined && new RegExp(expected.matches).test(show(value))
  if ('atLeast' in expected) return Number(value ?? 0) >= expected.atLeast
  if ('atMost' in expected) return Number(value ?? 0) <= expected.atMost
  if ('oneOf' in expected) return expected.oneOf.some((each) => meets(value, each))
  return (value !== undefined) === expected.exists
}

/**
 * The value at a dotted path: `spec.containers[0].image`, `metadata.labels[app.kubernetes.io/name]`, `status.conditions[type=Ready].status`.
 * Undefined when the way ends early.
 */
export function valueAt(object: unknown, path: string): unknown {
  const steps = path.match(/\[[^\]]*\]|[^.[\]]+/g) ?? []
  return steps.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null) return undefined
    const key = step.startsWith('[') ? step.slice(1, -1) : step
    const match = /^([\w.]+)=(.*)$/.exec(key)
    if (match && Array.isArray(at)) return at.find((item: unknown) => String(valueAt(item, match[1]!)) === match[2])
    return Object.hasOwn(at, key) ? (at as Record<string, unknown>)[key] : undefined
  }, object)
}

const show = (value: unknown) => (typeof value === 'string' ? value : value === undefined ? '-' : JSON.stringify(value))
