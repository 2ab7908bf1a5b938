/**
 * Sorts in place as Go's `sort.Sort` does. It is not stable, so which of two equal elements comes first is the algorithm's doing; kubectl's users see
 * that order in `--sort-by` and in descriptions, and so it has to be the same algorithm: pattern-defeating quicksort with Go's figures (short runs by
 * insertion, pivots of three or of nine, a heap when pivots keep being bad). `less` may be inconsistent: the outcome is then Go's, too.
 */
export function goSort<T>(items: T[], less: (a: T, b: T) => boolean): T[] {
  sortRange({ items, less }, 0, items.length, bitLength(items.length))
  return items
}

const SHORT = 12
const NINTHER = 50
const MOST_SWAPS = 4 * 3

interface Sorting<T> {
  readonly items: T[]
  readonly less: (a: T, b: T) => boolean
}

const bitLength = (value: number) => (value === 0 ? 0 : 32 - Math.clz32(value))
const isLess = <T>({ items, less }: Sorting<T>, i: number, j: number) => less(items[i]!, items[j]!)

function swap<T>({ items }: Sorting<T>, i: number, j: number): void {
  const item = items[i]!
  items[i] = items[j]!
  items[j] = item
}

/** `badPivots`: how many more unbalanced splits are borne before a heap takes over. */
function sortRange<T>(s: Sorting<T>, from: number, to: number, badPivots: number): void {
  let wasBalanced = true
  let wasPartitioned = true
  for (;;) {
    const length = to - from
    if (length <= SHORT) return insertionSort(s, from, to)
    if (badPivots === 0) return heapSort(s, from, to)
    if (!wasBalanced) {
      breakPatterns(s, from, to)
      badPivots--
    }
    let { pivot, order } = choosePivot(s, from, to)
    if (order === 'falling') {
      for (let i = from, j = to - 1; i < j; i++, j--) swap(s, i, j)
      pivot = to - 1 - (pivot - from)
      order = 'rising'
    }
    if (wasBalanced && wasPartitioned && order === 'rising' && fewSwapsDo(s, from, to)) return
    if (from > 0 && !isLess(s, from - 1, pivot)) {
      from = splitEqual(s, from, to, pivot)
      continue
    }
    const [middle, untouched] = split(s, from, to, pivot)
    wasPartitioned = untouched
    const [left, right] = [middle - from, to - middle]
    wasBalanced = Math.min(left, right) >= Math.floor(length / 8)
    // The shorter side is sorted at once, the longer in the next turn.
    if (left < right) {
      sortRange(s, from, middle, badPivots)
      from = middle + 1
    } else {
      sortRange(s, middle + 1, to, badPivots)
      to = middle
    }
  }
}

function insertionSort<T>(s: Sorting<T>, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) for (let j = i; j > from && isLess(s, j, j - 1); j--) swap(s, j, j - 1)
}

function heapSort<T>(s: Sorting<T>, from: number, to: number): void {
  const size = to - from
  const sink = (root: number, end: number) => {
    for (let child = 2 * root + 1; child < end; child = 2 * root + 1) {
      if (child + 1 < end && isLess(s, from + child, from + child + 1)) child++
      if (!isLess(s, from + root, from + child)) return
      swap(s, from + root, from + child)
      root = child
    }
  }
  for (let i = (size - 1) >> 1; i >= 0; i--) sink(i, size)
  for (let i = size - 1; i >= 0; i--) {
    swap(s, from, from + i)
    sink(0, i)
  }
}

/** Moves three elements from the middle to places that only look random: the same for the same length. */
function breakPatterns<T>(s: Sorting<T>, from: number, to: number): void {
  const length = to - from
  let random = BigInt(length)
  const mask = (1n << BigInt(bitLength(length))) - 1n
  const middle = from + (length >> 2) * 2
  for (let i = 0; i < 3; i++) {
    random = BigInt.asUintN(64, random ^ (random << 13n))
    random ^= random >> 7n
    random = BigInt.asUintN(64, random ^ (random << 17n))
    const other = Number(random & mask)
    swap(s, middle - 1 + i, from + (other >= length ? other - length : other))
  }
}

function choosePivot<T>(s: Sorting<T>, from: number, to: number): { pivot: number; order: 'rising' | 'falling' | 'unknown' } {
  let swaps = 0
  const ordered = (a: number, b: number): [number, number] => {
    if (!isLess(s, b, a)) return [a, b]
    swaps++
    return [b, a]
  }
  const median = (a: number, b: number, c: number) => {
    ;[a, b] = ordered(a, b)
    ;[b, c] = ordered(b, c)
    return ordered(a, b)[1]
  }
  const quarter = (to - from) >> 2
  let quartiles = [1, 2, 3].map((n) => from + quarter * n)
  if (to - from >= NINTHER) quartiles = quartiles.map((at) => median(at - 1, at, at + 1))
  const pivot = median(quartiles[0]!, quartiles[1]!, quartiles[2]!)
  return { pivot, order: swaps === 0 ? 'rising' : swaps === MOST_SWAPS ? 'falling' : 'unknown' }
}

/** Whether a few exchanges of neighbours sort what is nearly sorted. */
function fewSwapsDo<T>(s: Sorting<T>, from: number, to: number): boolean {
  let i = from + 1
  for (let step = 0; step < 5; step++) {
    while (i < to && !isLess(s, i, i - 1)) i++
    if (i === to) return true
    if (to - from < NINTHER) return false
    swap(s, i, i - 1)
    if (i - from >= 2) for (let j = i - 1; j >= 1 && isLess(s, j, j - 1); j--) swap(s, j, j - 1)
    if (to - i >= 2) for (let j = i + 1; j < to && isLess(s, j, j - 1); j++) swap(s, j, j - 1)
  }
  return false
}

/** Smaller elements left of the pivot, the others right of it; tells where it has come to stand and whether it was so already. */
function split<T>(s: Sorting<T>, from: number, to: number, pivot: number): [middle: number, untouched: boolean] {
  swap(s, from, pivot)
  let i = from + 1
  let j = to - 1
  let swaps = 0
  for (;;) {
    while (i <= j && isLess(s, i, from)) i++
    while (i <= j && !isLess(s, j, from)) j--
    if (i > j) break
    swap(s, i++, j--)
    swaps++
  }
  swap(s, j, from)
  return [j, swaps === 0]
}

/** Elements equal to the pivot first; tells where the greater ones begin. */
function splitEqual<T>(s: Sorting<T>, from: number, to: number, pivot: number): number {
  swap(s, from, pivot)
  let i = from + 1
  let j = to - 1
  for (;;) {
    while (i <= j && !isLess(s, from, i)) i++
    while (i <= j && isLess(s, from, j)) j--
    if (i > j) return i
    swap(s, i++, j--)
  }
}
