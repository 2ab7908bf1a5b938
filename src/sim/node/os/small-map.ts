/**
 * A Map for a handful of entries: what a process has open, what a container mounts. A built-in Map with one entry takes 270 bytes, this one
 * 100, and every Pod of a cluster has six. Entries lie one after another and are looked through; iterating goes over those that were there at the
 * beginning.
 */
export class SmallMap<K, V> implements ReadonlyMap<K, V> {
  /** Key, value, key, value: never grown in place, which would make room for sixteen more. */
  private cells: readonly unknown[] = NO_CELLS

  constructor(entries: Iterable<readonly [K, V]> = []) {
    for (const [key, value] of entries) this.set(key, value)
  }

  get size(): number {
    return this.cells.length / 2
  }

  get(key: K): V | undefined {
    const { cells } = this
    for (let i = 0; i < cells.length; i += 2) if (cells[i] === key) return cells[i + 1] as V
    return undefined
  }

  has(key: K): boolean {
    const { cells } = this
    for (let i = 0; i < cells.length; i += 2) if (cells[i] === key) return true
    return false
  }

  set(key: K, value: V): this {
    const at = this.placeOf(key)
    this.cells = at < 0 ? (this.cells.length === 0 ? [key, value] : this.cells.concat([key, value])) : this.cells.with(at + 1, value)
    return this
  }

  delete(key: K): boolean {
    const at = this.placeOf(key)
    if (at < 0) return false
    this.cells = this.cells.length === 2 ? NO_CELLS : this.cells.toSpliced(at, 2)
    return true
  }

  clear(): void {
    this.cells = NO_CELLS
  }

  keys(): MapIterator<K> {
    return this.every(0)
  }

  values(): MapIterator<V> {
    return this.every(1)
  }

  entries(): MapIterator<[K, V]> {
    const { cells } = this
    const pairs: [K, V][] = []
    for (let i = 0; i < cells.length; i += 2) pairs.push([cells[i] as K, cells[i + 1] as V])
    return pairs.values()
  }

  [Symbol.iterator](): MapIterator<[K, V]> {
    return this.entries()
  }

  forEach(work: (value: V, key: K, map: ReadonlyMap<K, V>) => void): void {
    for (const [key, value] of this) work(value, key, this)
  }

  private placeOf(key: K): number {
    const { cells } = this
    for (let i = 0; i < cells.length; i += 2) if (cells[i] === key) return i
    return -1
  }

  private every<T>(first: 0 | 1): MapIterator<T> {
    const { cells } = this
    const found: T[] = []
    for (let i = first; i < cells.length; i += 2) found.push(cells[i] as T)
    return found.values()
  }
}

const NO_CELLS: readonly unknown[] = []
