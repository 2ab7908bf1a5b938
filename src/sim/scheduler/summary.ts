/** Reasons with the number of nodes that gave them, as the real scheduler sorts and joins them: `1 Too many pods, 3 Insufficient cpu`. */
export function histogram(reasonsPerNode: Iterable<readonly string[]>): string {
  const counts = new Map<string, number>()
  for (const reasons of reasonsPerNode) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((a, b) => (a < b ? -1 : 1))
    .join(', ')
}

/** Why a Pod fits nowhere, in one sentence: `0/4 nodes are available: 1 node(s) were unschedulable, 3 Insufficient cpu.` */
export function noNodeAvailable(
  nodeCount: number,
  wholeClusterReason: string | undefined,
  reasonsPerNode: Iterable<readonly string[]>,
): string {
  const reasons = wholeClusterReason ?? histogram(reasonsPerNode)
  return `0/${nodeCount} nodes are available:${reasons ? ` ${reasons}.` : ''}`
}
