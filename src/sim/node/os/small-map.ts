/**
 * A Map for a handful of entries: what a process has open, what a container mounts. A built-in Map with one entry takes 270 bytes, this one 50, and
 * every Pod of a cluster has six. Entries are looked through one after another; iterating goes over those that were there at the beginning.
 */
export class SmallMap<K, V> implements ReadonlyMap<K, V> {
  /** Most have one entry. */
  private firstKey: K | typeof NONE = NONE
  private firstValue: V | undefined = undefined
  /** The others: key, value, key, value. Never grown in place, which would make room for sixteen more. */
  private cells: readonly unknown[] = NO_CELLS

  constructor(entries: Iterable<readonly [K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.firstKey === NONE ? 0 : 1 + this.cells.length / 2
  }

  get(key: K): V | undefined {
    if (this.firstKey === key) return this.firstValue
    const at = placeOf(this.cells, key)
    return at < 0 ? undefined : (this.cells[at + 1] as V)
  }

  has(key: K): boolean {
    return this.firstKey === key || placeOf(this.cells, key) >= 0
  }

  set(key: K, value: V): this {
    if (this.firstKey === NONE || this.firstKey === key) {
      this.firstKey = key
      this.firstValue = value
      return this
    }
    const { cells } = this
    const at = placeOf(cells, key)
    this.cells = at >= 0 ? cells.with(at + 1, value) : cells.length === 0 ? [key, value] : cells.concat([key, value])
    return this
  }

  delete(key: K): boolean {
    const { cells } = this
    if (this.firstKey === key) {
      this.firstKey = cells.length === 0 ? NONE : (cells[0] as K)
      this.firstValue = cells[1] as V | undefined
      this.cells = cells.length <= 2 ? NO_CELLS : cells.slice(2)
      return true
    }
    const at = placeOf(cells, key)
    if (at < 0) return false
    this.cells = cells.length === 2 ? NO_CELLS : cells.toSpliced(at, 2)
    return true
  }

  clear(): void {
    this.firstKey = NONE
    this.firstValue = undefined
    this.cells = NO_CELLS
  }

  keys(): MapIterator<K> {
    return this.pairs()
      .map(([key]) => key)
      .values()
  }

  values(): MapIterator<V> {
    return this.pairs()
      .map(([, value]) => value)
      .values()
  }

  entries(): MapIterator<[K, V]> {
    return this.pairs().values()
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  forEach(work: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) work(value, key, this)
  }

  private pairs(): [K, V][] {
    if (this.firstKey === NONE) return []
    const { cells } = this
    const pairs: [K, V][] = [[this.firstKey, this.firstValue as V]]
    for (let i = 0; i < cells.length; i += 2) pairs.push([cells[i] as K, cells[i + 1] as V])
    return pairs
  }
}

const NONE = Symbol('no key')
const NO_CELLS: readonly unknown[] = []

function placeOf(cells: readonly unknown[], key: unknown): number {
  for (let i = 0; i < cells.length; i += 2) if (cells[i] === key) return i
  return -1
}
