/** A number for each node, and its sums over the nodes of each place: how many Pods satisfy a question, how much they weigh. */
export interface Tally {
  /** By node name; nodes that are not there have nothing. */
  readonly perNode: ReadonlyMap<string, number>
  /** Sums over the nodes that share a value of a label, by that value; nodes without the label count nowhere, and a sum of zero is left out. */
  perPlace(topologyKey: string): ReadonlyMap<string, number>
}

/** The same with the means to count on, for the cluster view. */
export interface ChangeableTally extends Tally {
  add(nodeName: string, by: number): void
  /** Labels of nodes have changed: places are summed up anew when somebody asks. */
  forgetPlaces(): void
}

/** Tells the value of a node's label. */
export type PlaceOf = (nodeName: string, topologyKey: string) => string | undefined

/** A tally that is kept by adding and taking away; `counted` is what it begins with and becomes its own. */
export function createTally(placeOf: PlaceOf, counted = new Map<string, number>()): ChangeableTally {
  const places = new Map<string, Map<string, number>>()
  return {
    perNode: counted,
    perPlace(topologyKey) {
      let sums = places.get(topologyKey)
      if (!sums) {
        places.set(topologyKey, (sums = new Map()))
        for (const [nodeName, amount] of counted) change(sums, placeOf(nodeName, topologyKey), amount)
      }
      return sums
    },
    add(nodeName, by) {
      change(counted, nodeName, by)
      for (const [topologyKey, sums] of places) change(sums, placeOf(nodeName, topologyKey), by)
    },
    forgetPlaces: () => places.clear(),
  }
}

function change(sums: Map<string, number>, key: string | undefined, by: number) {
  if (key === undefined) return
  const sum = (sums.get(key) ?? 0) + by
  if (sum === 0) sums.delete(key)
  else sums.set(key, sum)
}
