/** Numbers of Pods' processes lie somewhere between these, far above those that people's processes get. */
const FIRST_OF_PODS = 100_000
const LAST_OF_PODS = 4_000_000

/** The number before the first of a sandbox's or container's processes: follows from its id, so that nobody need remember it. */
export const baseOf = (id: string): number => FIRST_OF_PODS + (parseInt(id.slice(0, 10), 16) % (LAST_OF_PODS - FIRST_OF_PODS))

/** The number by which a host knows a container's first process. */
export const pidOnHost = ({ id }: { readonly id: string }): number => baseOf(id) + 1
