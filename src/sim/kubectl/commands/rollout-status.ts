import type { AnyObject } from '../../api/object'
import type { DaemonSet, Deployment, StatefulSet } from '../../api/types/apps-v1.gen'
import { close, nowMs, poll, readLine } from '../../node/os/calls'
import { CommandError, throwAll } from '../errors'
import { clientConfig } from '../kubeconfig'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { findResources, type Resource } from '../resources'
import { requestJson, requestStream, type WatchEvent } from '../rest'
import { revisionOf } from '../rollout-history'
import { err, out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

export const rolloutStatus: Command = {
  *run(kubectl) {
    const { flags, args } = kubectl
    const files = fileOptions(kubectl)
    if (args.length === 0 && files.names.length === 0 && !files.kustomize) throw new CommandError('required resource not specified')
    if (flags.int('revision') < 0) throw new CommandError('revision must be a positive integer: ' + flags.int('revision'))
    const query = { words: args, files, selector: flags.text('selector'), bareTypes: true, fetch: true }
    const found = yield* findResources(kubectl, query, (resource) => followOne(kubectl, resource))
    throwAll(found.errors)
    if (found.resources.length === 0) yield* err(`No resources found in ${(yield* clientConfig(kubectl)).namespace} namespace.\n`)
  },
}

interface Progress {
  readonly text: string
  readonly done: boolean
}

function* followOne(kubectl: Kubectl, resource: Resource): Proc {
  const { flags } = kubectl
  const { type, namespace, name } = resource
  const path = pathOf(type, namespace)
  const fieldSelector = `metadata.name=${name}`
  const timeoutMs = flags.durationMs('timeout')
  const endMs = timeoutMs > 0 ? (yield* nowMs()) + timeoutMs : Infinity
  const show = function* (object: AnyObject): Proc<boolean> {
    const { text, done } = progressOf(object, flags.int('revision'))
    yield* out(text)
    return done || !flags.bool('watch')
  }
  progressOf(resource.object!, 0)
  for (;;) {
    const list = yield* requestJson<{ items?: AnyObject[]; apiVersion: string; kind: string; metadata?: { resourceVersion?: string } }>(
      kubectl,
      { path, query: { fieldSelector } },
    )
    const item = list.items?.[0]
    if (item && (yield* show(item.kind ? item : { ...item, apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') }))) return
    const fd = yield* requestStream(kubectl, {
      path,
      query: { fieldSelector, resourceVersion: list.metadata?.resourceVersion, watch: true },
    })
    try {
      for (;;) {
        const leftMs = endMs - (yield* nowMs())
        if (leftMs <= 0 || (endMs !== Infinity && (yield* poll([fd], leftMs)) < 0))
          throw new CommandError('timed out waiting for the condition')
        const line = yield* readLine(fd)
        if (line === '') break
        const { type: event, object } = JSON.parse(line) as WatchEvent<AnyObject> // the server's own words
        if (event === 'DELETED') throw new CommandError('object has been deleted')
        if ((event === 'ADDED' || event === 'MODIFIED') && (yield* show(object))) return
      }
    } finally {
      yield* close(fd)
    }
  }
}

/** What there is to say of a rollout, and whether it is over. Throws CommandError when it has failed or cannot be followed. */
function progressOf(object: AnyObject, revision: number): Progress {
  if (object.kind === 'Deployment') return deploymentProgress(object as unknown as Deployment, revision) // by its kind, as below
  if (object.kind === 'DaemonSet') return daemonSetProgress(object as unknown as DaemonSet)
  if (object.kind === 'StatefulSet') return statefulSetProgress(object as unknown as StatefulSet)
  throw new CommandError(
    `no status viewer has been implemented for ${object.kind}${object.apiVersion.includes('/') ? `.${object.apiVersion.split('/')[0]}` : ''}`,
  )
}

const onlyRolling = () => new CommandError('rollout status is only available for RollingUpdate strategy type')

function deploymentProgress(
  { metadata: { name, generation = 0, annotations }, spec, status = {} }: Deployment,
  revision: number,
): Progress {
  if (revision > 0) {
    const current = revisionOf({ metadata: { annotations } })
    if (revision !== current) throw new CommandError(`desired revision (${revision}) is different from the running revision (${current})`)
  }
  if (generation > (status.observedGeneration ?? 0)) return { text: `Waiting for deployment spec update to be observed...\n`, done: false }
  const progressing = status.conditions?.find(({ type }) => type === 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded')
    throw new CommandError(`deployment ${JSON.stringify(name)} exceeded its progress deadline`)
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0 } = status
  const wanted = spec!.replicas
  const waiting = (what: string): Progress => ({
    text: `Waiting for deployment ${JSON.stringify(name)} rollout to finish: ${what}...\n`,
    done: false,
  })
  if (wanted !== undefined && updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`)
  if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`)
  if (availableReplicas < updatedReplicas) return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`)
  return { text: `deployment ${JSON.stringify(name)} successfully rolled out\n`, done: true }
}

function daemonSetProgress({ metadata: { name, generation = 0 }, spec, status }: DaemonSet): Progress {
  if (spec!.updateStrategy?.type !== 'RollingUpdate') throw onlyRolling()
  if (generation > (status?.observedGeneration ?? 0)) return { text: 'Waiting for daemon set spec update to be observed...\n', done: false }
  const { desiredNumberScheduled = 0, updatedNumberScheduled = 0, numberAvailable = 0 } = status ?? {}
  const waiting = (what: string): Progress => ({
    text: `Waiting for daemon set ${JSON.stringify(name)} rollout to finish: ${what}...\n`,
    done: false,
  })
  if (updatedNumberScheduled < desiredNumberScheduled)
    return waiting(`${updatedNumberScheduled} out of ${desiredNumberScheduled} new pods have been updated`)
  if (numberAvailable < desiredNumberScheduled) return waiting(`${numberAvailable} of ${desiredNumberScheduled} updated pods are available`)
  return { text: `daemon set ${JSON.stringify(name)} successfully rolled out\n`, done: true }
}

function statefulSetProgress({ metadata: { generation = 0 }, spec, status }: StatefulSet): Progress {
  if (spec!.updateStrategy?.type !== 'RollingUpdate') throw onlyRolling()
  const {
    observedGeneration = 0,
    readyReplicas = 0,
    updatedReplicas = 0,
    currentReplicas = 0,
    updateRevision = '',
    currentRevision = '',
  } = status ?? {}
  if (observedGeneration === 0 || generation > observedGeneration)
    return { text: 'Waiting for statefulset spec update to be observed...\n', done: false }
  const { replicas, updateStrategy } = spec!
  if (replicas !== undefined && readyReplicas < replicas)
    return { text: `Waiting for ${replicas - readyReplicas} pods to be ready...\n`, done: false }
  const { partition } = updateStrategy?.rollingUpdate ?? {}
  if (updateStrategy?.rollingUpdate && replicas !== undefined && partition !== undefined) {
    const wanted = replicas - partition
    if (updatedReplicas < wanted)
      return {
        text: `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted} new pods have been updated...\n`,
        done: false,
      }
    return { text: `partitioned roll out complete: ${updatedReplicas} new pods have been updated...\n`, done: true }
  }
  if (updateRevision !== currentRevision)
    return {
      text: `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...\n`,
      done: false,
    }
  return { text: `statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...\n`, done: true }
}
