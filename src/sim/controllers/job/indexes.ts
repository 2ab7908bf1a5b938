/** Completion indexes of a finished part of an Indexed Job, in the text form of its status: `1,3-5,7`. */
export function parseIndexes(text: string | undefined, below = Infinity): Set<number> {
  const indexes = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part)
    if (!match) continue
    const last = Number(match[2] ?? match[1])
    for (let index = Number(match[1]); index <= last && index < below; index++) indexes.add(index)
  }
  return indexes
}

/** The text form of a set of indexes: single numbers, and intervals where two or more follow each other. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b)
  const parts: string[] = []
  for (let i = 0; i < sorted.length;) {
    let end = i
    while (sorted[end + 1] === sorted[end]! + 1) end++
    parts.push(end === i ? `${sorted[i]}` : end === i + 1 ? `${sorted[i]},${sorted[end]}` : `${sorted[i]}-${sorted[end]}`)
    i = end + 1
  }
  return parts.join(',')
}
