interface Change {
  /** Index of the first line and how many, in either file. */
  readonly a: number
  readonly aCount: number
  readonly b: number
  readonly bCount: number
}

/** The shortest list of changes that turns `a` into `b` (Myers' algorithm, greedy), each where GNU diff shows it. */
export function changesBetween(a: readonly string[], b: readonly string[]): Change[] {
  const deleted = a.map(() => false)
  const inserted = b.map(() => false)
  for (const { a: at, aCount, b: to, bCount } of shortestChanges(a, b)) {
    deleted.fill(true, at, at + aCount)
    inserted.fill(true, to, to + bCount)
  }
  shiftRuns(a, deleted, inserted)
  shiftRuns(b, inserted, deleted)
  const changes: Change[] = []
  for (let [i, j] = [0, 0]; i < a.length || j < b.length; i++, j++) {
    const [fromA, fromB] = [i, j]
    while (deleted[i]) i++
    while (inserted[j]) j++
    if (i > fromA || j > fromB) changes.push({ a: fromA, aCount: i - fromA, b: fromB, bCount: j - fromB })
  }
  return changes
}

/**
 * Where equal lines leave a choice, GNU diff (`shift_boundaries`) moves a run of changed lines back as long as it meets other runs, then on as
 * far as it goes, and back again to a run of the other file that it belongs to.
 */
function shiftRuns(lines: readonly string[], changed: boolean[], other: readonly boolean[]): void {
  const end = lines.length
  let j = 0
  for (let i = 0; ;) {
    while (i < end && !changed[i]) {
      while (other[j++]);
      i++
    }
    if (i >= end) return
    let start = i
    while (changed[++i]);
    while (other[j]) j++
    let corresponding: number
    let length: number
    do {
      length = i - start
      while (start > 0 && lines[start - 1] === lines[i - 1]) {
        changed[--start] = true
        changed[--i] = false
        while (changed[start - 1]) start--
        while (other[--j]);
      }
      corresponding = other[j - 1] ? i : end
      while (i !== end && lines[start] === lines[i]) {
        changed[start++] = false
        changed[i++] = true
        while (changed[i]) i++
        while (other[++j]) corresponding = i
      }
    } while (length !== i - start)
    while (corresponding < i) {
      changed[--start] = true
      changed[--i] = false
      while (other[--j]);
    }
  }
}

function shortestChanges(a: readonly string[], b: readonly string[]): Change[] {
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start++
  let [endA, endB] = [a.length, b.length]
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) {
    endA--
    endB--
  }
  const [n, m] = [endA - start, endB - start]
  const most = n + m
  const frontier = new Map<number, number>([[1, 0]])
  const trail: Map<number, number>[] = []
  search: for (let d = 0; d <= most; d++) {
    trail.push(new Map(frontier))
    for (let k = -d; k <= d; k += 2) {
      let x =
        k === -d || (k !== d && (frontier.get(k - 1) ?? -1) < (frontier.get(k + 1) ?? -1))
          ? (frontier.get(k + 1) ?? 0)
          : (frontier.get(k - 1) ?? 0) + 1
      let y = x - k
      while (x < n && y < m && a[start + x] === b[start + y]) {
        x++
        y++
      }
      frontier.set(k, x)
      if (x >= n && y >= m) break search
    }
  }
  const steps: { a: number; b: number; kind: 'delete' | 'insert' }[] = []
  let [x, y] = [n, m]
  for (let d = trail.length - 1; d > 0; d--) {
    const before = trail[d]!
    const k = x - y
    const down = k === -d || (k !== d && (before.get(k - 1) ?? -1) < (before.get(k + 1) ?? -1))
    const previous = down ? k + 1 : k - 1
    const px = before.get(previous) ?? 0
    const py = px - previous
    while (x > px && y > py && x > 0 && y > 0 && !(down ? x === px && y === py + 1 : x === px + 1 && y === py)) {
      x--
      y--
    }
    steps.push(down ? { a: start + px, b: start + py, kind: 'insert' } : { a: start + px, b: start + py, kind: 'delete' })
    ;[x, y] = [px, py]
  }
  const changes: Change[] = []
  for (const step of steps.reverse()) {
    const last = changes.at(-1)
    if (last && last.a + last.aCount === step.a && last.b + last.bCount === step.b)
      changes[changes.length - 1] = {
        ...last,
        aCount: last.aCount + (step.kind === 'delete' ? 1 : 0),
        bCount: last.bCount + (step.kind === 'insert' ? 1 : 0),
      }
    else changes.push({ a: step.a, b: step.b, aCount: step.kind === 'delete' ? 1 : 0, bCount: step.kind === 'insert' ? 1 : 0 })
  }
  return changes
}

/** Changes in `diff -u` form, without the two head lines. */
export function unifiedHunks(a: readonly string[], b: readonly string[], context: number): string {
  const changes = changesBetween(a, b)
  const groups: Change[][] = []
  for (const change of changes) {
    const last = groups.at(-1)?.at(-1)
    if (last && change.a - (last.a + last.aCount) <= context * 2) groups.at(-1)!.push(change)
    else groups.push([change])
  }
  let out = ''
  for (const group of groups) {
    const [first, last] = [group[0]!, group.at(-1)!]
    const fromA = Math.max(0, first.a - context)
    const toA = Math.min(a.length, last.a + last.aCount + context)
    const fromB = first.b - (first.a - fromA)
    const toB = last.b + last.bCount + (toA - last.a - last.aCount)
    const range = (from: number, count: number) => (count === 1 ? `${from + 1}` : `${count === 0 ? from : from + 1},${count}`)
    out += `@@ -${range(fromA, toA - fromA)} +${range(fromB, toB - fromB)} @@\n`
    let at = fromA
    const show = (mark: string, line: string) => (out += `${mark}${line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`}`)
    for (const { a: from, aCount, b: to, bCount } of group) {
      for (; at < from; at++) show(' ', a[at]!)
      for (; at < from + aCount; at++) show('-', a[at]!)
      for (let i = to; i < to + bCount; i++) show('+', b[i]!)
    }
    for (; at < toA; at++) show(' ', a[at]!)
  }
  return out
}
