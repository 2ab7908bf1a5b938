import { definePlugin, on } from '../framework'
import { lateDevices } from '../devices/late-devices'

/** Claims for devices: a Pod goes where those it has are, or where those it wants are free (devices/device-claims.ts). */
export const dynamicResources = definePlugin({
  name: 'DynamicResources',
  preFilter: (pod, view) => ((pod.pod.spec?.resourceClaims ?? []).length === 0 ? { skip: true } : lateDevices.code.preFilter(pod, view)),
  filter: (_pod, node, state) => lateDevices.code.filter(node, state),
  retryOn: [
    on('Pod', 'updated'),
    on('Node', 'added'),
    on('Node', 'updated'),
    on('ResourceClaim', 'added'),
    on('ResourceClaim', 'updated'),
    on('ResourceClaim', 'deleted'),
    on('ResourceSlice', 'added'),
    on('ResourceSlice', 'updated'),
    on('DeviceTaintRule', 'updated'),
    on('DeviceTaintRule', 'deleted'),
    on('DeviceClass', 'added'),
    on('DeviceClass', 'updated'),
  ],
})
