import type { AnyObject } from '../../api/object'
import { CommandError } from '../errors'
import { fetchResource, parseTargets } from '../resources'
import { clientConfig } from '../kubeconfig'
import type { Command, Kubectl } from '../session'
import { createGenerated, generatedNamespace, type NewObject } from '../writing'
import { afterDash, oneName } from './create-deployment'
import type { Proc } from '../../node/os/syscalls'

export const createJob: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const [image, from] = [flags.text('image'), flags.text('from')]
    if (!image && !from) throw new CommandError('either --image or --from must be specified')
    if (image && from) throw new CommandError('either --image or --from must be specified') // the same words for none and both
    const command = afterDash(kubectl)
    if (from && command.length) throw new CommandError('cannot specify --from and command')
    const object: NewObject = from
      ? yield* jobFrom(kubectl, name, from)
      : {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: { name, ...(yield* generatedNamespace(kubectl)) },
          spec: { template: { spec: { containers: [{ name, image, ...(command.length ? { command } : {}) }], restartPolicy: 'Never' } } },
        }
    yield* createGenerated(kubectl, { failure: 'failed to create job', object })
  },
}

interface CronJob extends AnyObject {
  readonly spec: {
    readonly jobTemplate: {
      readonly metadata?: { labels?: Record<string, string>; annotations?: Record<string, string> }
      readonly spec: unknown
    }
  }
}

/** A Job made now from a CronJob's template, marked as started by hand. */
function* jobFrom(kubectl: Kubectl, name: string, from: string): Proc<NewObject> {
  const [target] = yield* parseTargets(kubectl, { words: [from] })
  const { namespace } = yield* clientConfig(kubectl)
  if (!target || target.by !== 'name') throw new CommandError('from must be an existing cronjob')
  const { object } = yield* fetchResource(kubectl, { type: target.type, namespace, name: target.names[0]! })
  if (object!.kind !== 'CronJob')
    throw new CommandError(`unknown object type *${object!.apiVersion.slice(object!.apiVersion.indexOf('/') + 1)}.${object!.kind}`)
  const cronJob = object as CronJob // its kind says so
  const { labels, annotations } = cronJob.spec.jobTemplate.metadata ?? {}
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name,
      annotations: { 'cronjob.kubernetes.io/instantiate': 'manual', ...annotations },
      ...(labels ? { labels } : {}),
      ...(yield* generatedNamespace(kubectl)),
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: cronJob.metadata.name, uid: cronJob.metadata.uid, controller: true },
      ],
    },
    spec: cronJob.spec.jobTemplate.spec,
  }
}
