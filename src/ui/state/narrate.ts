import type { MessageKey, Values } from '../i18n/i18n'
import type { PodSummary, Summary } from '../worker/summary'

/** Something worth telling, in any language. */
export interface Sentence {
  readonly say: MessageKey
  readonly values: Values
  readonly tone: 'good' | 'bad' | 'plain'
}

const SYSTEM = /^kube-|^local-path-storage$/

/** Whether a namespace belongs to the cluster itself rather than to the reader. */
export const isSystem = (namespace: string | undefined) => namespace !== undefined && SYSTEM.test(namespace)

/** What a change means to a reader, if anything: one state gives way to another. Housekeeping in system namespaces is not told. */
export function narrate(before: Summary | undefined, after: Summary | undefined): Sentence | undefined {
  const either = after ?? before
  if (!either || isSystem(either.namespace)) return undefined
  const { kind, name } = either
  if (kind === 'Pod') return narratePod(before as PodSummary | undefined, after as PodSummary | undefined, name)
  if (kind === 'Node' && after?.kind === 'Node' && before?.kind === 'Node' && before.ready !== after.ready)
    return after.ready
      ? { say: 'say.node.ready', values: { name }, tone: 'good' }
      : { say: 'say.node.notReady', values: { name }, tone: 'bad' }
  if (kind === 'Service' && after?.kind === 'Service' && !before && after.address && after.address !== 'None')
    return { say: 'say.service.new', values: { name, address: after.address }, tone: 'plain' }
  if ((kind === 'Deployment' || kind === 'Job') && after && 'wanted' in after && after.wanted > 0) {
    const wasReady = before && 'wanted' in before && before.ready >= before.wanted
    if (after.ready < after.wanted || wasReady) return undefined
    return kind === 'Job'
      ? { say: 'say.job.done', values: { name }, tone: 'good' }
      : { say: 'say.deployment.ready', values: { name, n: after.wanted }, tone: 'good' }
  }
  return undefined
}

const tones: Readonly<Record<PodSummary['stage'], Sentence['tone']>> = {
  pending: 'plain',
  starting: 'plain',
  running: 'good',
  unready: 'plain',
  failing: 'bad',
  done: 'good',
  ending: 'plain',
}

function narratePod(before: PodSummary | undefined, after: PodSummary | undefined, name: string): Sentence | undefined {
  if (!after) return { say: 'say.pod.gone', values: { name }, tone: 'plain' }
  const troubleGoesOn = before?.stage === 'failing' && after.stage === 'failing' && before.status !== after.status
  if (before?.stage === after.stage && before.uid === after.uid && !troubleGoesOn) return undefined
  return { say: `say.pod.${after.stage}`, values: { name, node: after.node ?? '', status: after.status }, tone: tones[after.stage] }
}
