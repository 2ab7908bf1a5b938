import { node as nodeKind } from '../../kinds/core/node'
import type { Component } from '../component'

/** Says in events which nodes the node controller has taken up, all of them anew whenever it starts, and which it has let go. */
export const nodeRegistration: Component = {
  name: 'node-controller',
  start({ client, recorder }) {
    const stop = client.watch(nodeKind, (events) => {
      for (const { type, object } of events) {
        const { name } = object.metadata
        if (type === 'ADDED')
          recorder.event(object, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
        if (type === 'DELETED')
          recorder.event(object, 'Normal', 'RemovingNode', `Node ${name} event: Removing Node ${name} from Controller`)
      }
    })
    for (const object of client.list(nodeKind)) {
      const { name } = object.metadata
      recorder.event(object, 'Normal', 'RegisteredNode', `Node ${name} event: Registered Node ${name} in Controller`)
    }
    return stop
  },
}
