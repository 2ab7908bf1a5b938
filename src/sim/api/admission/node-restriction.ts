import type { AdmissionPlugin, AdmissionRequest } from '../hooks'
import { forbidden } from '../status'
import type { Node, Pod } from '../types/core-v1.gen'

const USER = 'system:node:'
const RESTRICTED = 'node-restriction.kubernetes.io'

/** Holds kubelets to their own node and the Pods bound to it. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  about: ['nodes', 'pods'],
  validate(request) {
    const { user, kind } = request
    if (!user.name.startsWith(USER) || !user.groups.includes('system:nodes') || kind.group !== '') return
    const node = user.name.slice(USER.length)
    if (kind.plural === 'nodes') checkNode(request, node)
    else if (kind.plural === 'pods') checkPod(request, node)
  },
}

function checkNode({ kind, name, operation, object, old }: AdmissionRequest, node: string) {
  if (operation === 'DELETE')
    throw forbidden(kind, name, `node ${JSON.stringify(node)} is not allowed to delete node ${JSON.stringify(name)}`)
  if (name !== node) throw forbidden(kind, name, `node ${JSON.stringify(node)} is not allowed to modify node ${JSON.stringify(name)}`)
  const before = (old as unknown as Node | undefined)?.metadata.labels ?? {}
  const after = (object as unknown as Node | undefined)?.metadata.labels ?? {} // writes of nodes carry nodes
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((label) => before[label] !== after[label])
  const bad = changed.filter((label) => label.split('/')[0] === RESTRICTED || label.split('/')[0]!.endsWith(`.${RESTRICTED}`)).sort()
  if (bad.length > 0) throw forbidden(kind, name, `is not allowed to modify labels: ${bad.join(', ')}`)
}

function checkPod({ kind, name, operation, object, old, subresource }: AdmissionRequest, node: string) {
  const stored = (old ?? object) as unknown as Pod | undefined // writes of Pods carry Pods
  const who = `node ${JSON.stringify(node)}`
  if (operation === 'CREATE' && subresource === undefined) {
    if (stored?.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined) {
      throw forbidden(kind, name, `pod does not have "kubernetes.io/config.mirror" annotation, ${who} can only create mirror pods`)
    }
    if (stored.spec.nodeName !== node) throw forbidden(kind, name, `${who} can only create pods with spec.nodeName set to itself`)
  } else if (operation === 'UPDATE' && subresource === 'status' && stored?.spec.nodeName !== node) {
    throw forbidden(kind, name, `${who} can only update pod status for pods with spec.nodeName set to itself`)
  } else if (operation === 'DELETE' && stored?.spec.nodeName !== node) {
    throw forbidden(kind, name, `${who} can only delete pods with spec.nodeName set to itself`)
  }
}
