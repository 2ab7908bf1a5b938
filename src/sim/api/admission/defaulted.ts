import type { ApiServer } from '../hooks'
import type { KindContext, KindDefinition } from '../kind'
import type { AnyObject, KubeObject } from '../object'
import { conform } from '../schema/conform'
import { typeOfKind } from '../schema/schema'

/** An object with the defaults of its kind: what policies and webhooks add is filled in like what people write. */
export function defaulted(server: ApiServer, kind: KindDefinition, object: AnyObject): AnyObject {
  const type = typeOfKind(kind as unknown as KindDefinition<never>)
  const filled = type ? (conform(object, type, { defaults: true }) as AnyObject) : object // conform keeps an object an object
  return (kind.defaults?.(filled, contextOf(server)) as AnyObject | undefined) ?? filled
}

function contextOf({ engine, release, storage }: ApiServer): KindContext {
  return {
    nowMs: engine.nowMs,
    release,
    random: engine.random,
    read: {
      get: <O extends KubeObject>(kind: KindDefinition<O>, namespace: string | undefined, name: string) =>
        storage.get(kind as never, namespace, name)?.object as O | undefined, // stored under this kind
      list: <O extends KubeObject>(kind: KindDefinition<O>, namespace?: string) =>
        [...storage.list(kind as never, namespace)].map(({ object }) => object as unknown as O),
    },
  }
}
