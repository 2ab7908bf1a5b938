import { defineKind } from '../../api/kind'
import type { AnyObject, KubeObject } from '../../api/object'
import { notFound } from '../../api/status'
import type { Binding, Pod } from '../../api/types/core-v1.gen'
import { boundTo } from './pod-binding'
import { pod } from './pod'
import { success } from './success'

/** POST …/bindings: the first way to bind a Pod, from before it had a subresource for that. Nothing is stored. */
export const binding = defineKind<Binding & KubeObject>({
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  namespaced: true,
  verbs: ['create'],
  answer: (object, { namespace, server, user }) => {
    const { name } = object.metadata
    const stored = server.storage.get(pod, namespace, name)
    if (!stored) throw notFound({ group: '', plural: 'pods' }, name)
    const bound = boundTo(stored.object as unknown as Pod, object, name, server) // stored under this kind
    server.storage.replace(pod, bound as unknown as AnyObject, { user: user.name, manager: 'kube-scheduler' }) // a Pod is an object
    return success(201) as unknown as KubeObject // a Status is what a binding is answered with
  },
})
