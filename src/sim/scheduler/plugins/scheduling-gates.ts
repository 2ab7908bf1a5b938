import { definePlugin, on } from '../framework'

/** A Pod with scheduling gates is not even tried until the last of them is lifted. */
export const schedulingGates = definePlugin({
  name: 'SchedulingGates',
  gate: (pod) => {
    const gates = pod.spec?.schedulingGates ?? []
    return gates.length > 0 ? `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]` : undefined
  },
  retryOn: [on('Pod', 'updated')],
})
