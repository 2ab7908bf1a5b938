import type { ApiServer } from '../hooks'
import type { AnyObject } from '../object'
import { failure } from '../status'
import type { CustomResourceDefinition } from '../types/apiextensions-v1.gen'
import { CallError, callWebhook } from '../webhook-call'

/** A real server gives a conversion webhook this long. */
const TIMEOUT_SECONDS = 30
/** So many converted states are remembered: each read of one, and each watcher, would ask again. */
const REMEMBERED = 2000

interface Response {
  readonly response?: {
    readonly uid?: string
    readonly convertedObjects?: readonly AnyObject[]
    readonly result?: { readonly status?: string; readonly message?: string }
  }
}

/** Turns an object of a custom resource into another version by asking the definition's webhook. Throws Waiting until it has answered. */
export type Convert = (object: AnyObject, apiVersion: string) => AnyObject

/** How a definition's versions are converted: by nothing but their name, or by its webhook. */
export function converterOf({ spec }: CustomResourceDefinition, server: ApiServer): Convert {
  const { conversion } = spec
  const clientConfig = conversion?.strategy === 'Webhook' ? conversion.webhook?.clientConfig : undefined
  if (!clientConfig) return (object, apiVersion) => (object.apiVersion === apiVersion ? object : { ...object, apiVersion })
  const known = new Map<string, AnyObject>()
  return (object, apiVersion) => {
    if (object.apiVersion === apiVersion) return object
    const { uid = '', resourceVersion = '' } = object.metadata
    const key = uid && resourceVersion ? `${uid} ${resourceVersion} ${object.apiVersion} ${apiVersion}` : undefined
    const before = key === undefined ? undefined : known.get(key)
    // Who manages which fields is no part of what is converted.
    if (before) return { ...before, metadata: { ...before.metadata, ...managedFieldsOf(object) } }
    const converted = ask(server, clientConfig, object, apiVersion)
    if (known.size >= REMEMBERED) known.clear()
    if (key !== undefined) known.set(key, converted)
    return converted
  }
}

const managedFieldsOf = ({ metadata: { managedFields } }: AnyObject) => (managedFields ? { managedFields } : {})

function ask(server: ApiServer, clientConfig: Parameters<typeof callWebhook>[2], object: AnyObject, apiVersion: string): AnyObject {
  const about = `conversion webhook for ${object.apiVersion}, Kind=${object.kind}`
  const fail = (why: string) => failure(500, '', `${about} failed: ${why}`)
  try {
    const answer = callWebhook(server, `convert ${apiVersion} ${JSON.stringify(object)}`, clientConfig, TIMEOUT_SECONDS, (uid) => ({
      kind: 'ConversionReview',
      apiVersion: 'apiextensions.k8s.io/v1',
      request: { uid, desiredAPIVersion: apiVersion, objects: [object] },
    })) as Response // whatever the program behind it wrote; looked at with care
    const { convertedObjects, result } = answer.response ?? {}
    if (result?.status !== 'Success') throw fail(result?.message ?? 'missing response')
    const [converted] = convertedObjects ?? []
    if (convertedObjects?.length !== 1 || !converted)
      throw failure(500, '', `${about} returned ${convertedObjects?.length ?? 0} objects, expected 1`)
    if (converted.apiVersion !== apiVersion) throw fail(`invalid groupVersion (expected ${apiVersion}, received ${converted.apiVersion})`)
    return withOwnMetadata(converted, object)
  } catch (error) {
    if (error instanceof CallError) throw fail(error.message.replace(/^failed to call webhook: /, ''))
    throw error
  }
}

/** A webhook may change labels and annotations; everything else of the metadata stays as it was. */
function withOwnMetadata(converted: AnyObject, { metadata }: AnyObject): AnyObject {
  const { labels: _labels, annotations: _annotations, ...own } = metadata
  const { labels, annotations } = converted.metadata
  return { ...converted, metadata: { ...own, ...(labels && { labels }), ...(annotations && { annotations }) } as AnyObject['metadata'] } // the same metadata but for these two
}
