import type { HostFacts } from '../node/node-object'
import { hostAddress } from './addresses'

/** The machines of a cluster: a control plane and `workers` nodes, spread over three zones. */
export function hostFacts(workers: number): readonly HostFacts[] {
  return Array.from({ length: workers + 1 }, (_, number) => hostNumbered(number))
}

/** Host 0 is the control plane, host 1 is node01. */
export function hostNumbered(number: number): HostFacts {
  const controlPlane = number === 0
  return {
    name: controlPlane ? 'controlplane' : `node${String(number).padStart(2, '0')}`,
    address: hostAddress(number + 1),
    podCidr: podCidrOf(number),
    controlPlane,
    region: 'tokyo',
    zone: `tokyo-${'abc'[controlPlane ? 0 : (number - 1) % 3]}`,
    cpu: controlPlane ? 2 : 4,
    memoryGiB: controlPlane ? 4 : 8,
    diskGiB: 40,
  }
}

/** A /24 of 192.168.0.0/16 a node; clusters of more than 256 machines go on in 10.200.0.0/13. */
const podCidrOf = (number: number) => (number < 256 ? `192.168.${number}.0/24` : `10.${200 + (number >> 8)}.${number & 255}.0/24`)
