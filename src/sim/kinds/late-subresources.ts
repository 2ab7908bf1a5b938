import type { CallSubresource, PartSubresource, SubresourceHandler } from '../api/hooks'
import { lateCode } from '../engine/late-code'

/** Handlers of subresources that only people and their tools ask for; the page loads them after the first prompt. */
export const lateSubresources = lateCode<readonly SubresourceHandler[]>('subresources that people ask for')

const CORE = { group: '', version: 'v1' }
const PODS = { group: '', plural: 'pods' }

/** What of these handlers must be known before their code has come; a test keeps the two equal. */
const calls: readonly Omit<CallSubresource, 'handle'>[] = [
  { of: { group: '', plural: 'nodes' }, subresource: 'proxy', verbs: ['connect'], options: { ...CORE, kind: 'NodeProxyOptions' } },
  { of: PODS, subresource: 'attach', verbs: ['connect'], options: { ...CORE, kind: 'PodAttachOptions' } },
  { of: PODS, subresource: 'eviction', verbs: ['create'], body: { group: 'policy', version: 'v1', kind: 'Eviction' } },
  { of: PODS, subresource: 'exec', verbs: ['connect'], options: { ...CORE, kind: 'PodExecOptions' } },
  { of: PODS, subresource: 'log', verbs: ['get'] },
  { of: PODS, subresource: 'portforward', verbs: ['connect'], options: { ...CORE, kind: 'PodPortForwardOptions' } },
  { of: PODS, subresource: 'proxy', verbs: ['connect'], options: { ...CORE, kind: 'PodProxyOptions' } },
  { of: { group: '', plural: 'services' }, subresource: 'proxy', verbs: ['connect'], options: { ...CORE, kind: 'ServiceProxyOptions' } },
]
const parts: readonly Omit<PartSubresource, 'merge'>[] = [
  { of: { group: 'certificates.k8s.io', plural: 'certificatesigningrequests' }, subresource: 'approval' },
  { of: PODS, subresource: 'ephemeralcontainers' },
  { of: PODS, subresource: 'resize' },
]

const codeOf = (outline: Pick<SubresourceHandler, 'of' | 'subresource'>) =>
  lateSubresources.code.find(
    ({ of, subresource }) => subresource === outline.subresource && of.plural === outline.of.plural && of.group === outline.of.group,
  )

/** Stand in for the handlers from the start. The casts are safe: an outline and its handler are of one sort. */
export const waitingSubresources: readonly SubresourceHandler[] = [
  ...calls.map(
    (outline) => ({ ...outline, handle: (request) => (codeOf(outline) as CallSubresource).handle(request) }) satisfies CallSubresource,
  ),
  ...parts.map(
    (outline) => ({ ...outline, merge: (...asked) => (codeOf(outline) as PartSubresource).merge(...asked) }) satisfies PartSubresource,
  ),
]
