import { timestamp } from '../../engine/time'
import { find, resource } from '../admission/lookup'
import { fieldPath } from '../field-path'
import type { ApiServer, CallSubresource } from '../hooks'
import { conflict, invalid, notFound } from '../status'
import type { BoundObjectReference, TokenRequest } from '../types/authentication-v1.gen'
import type { Node, Pod, Secret } from '../types/core-v1.gen'
import { ISSUER, signToken, type NameAndUid } from './token'

const pods = resource<Pod>('', 'v1', 'pods')
const secrets = resource<Secret>('', 'v1', 'secrets')
const nodes = resource<Node>('', 'v1', 'nodes')

const SHORTEST_SECONDS = 600
const LONGEST_SECONDS = 2 ** 32
const DEFAULT_SECONDS = 3600
/** What admission writes into Pods, and how long such tokens really live: clients that do not read them again get a year's grace. */
const POD_SECONDS = 3607
const YEAR_SECONDS = 365 * 24 * 3600

/** `POST …/serviceaccounts/{name}/token`: a new token for a service account. */
export const tokenRequest: CallSubresource['handle'] = ({ object: { metadata }, namespace = '', body, server }) => {
  const request = (body ?? { spec: {} }) as unknown as TokenRequest // the declared body
  const { audiences, expirationSeconds = DEFAULT_SECONDS, boundObjectRef } = request.spec ?? {}
  check(expirationSeconds)
  const nowSeconds = Math.floor(server.engine.nowMs / 1000)
  const lifeSeconds = expirationSeconds === POD_SECONDS ? YEAR_SECONDS : expirationSeconds
  const aud = audiences?.length ? audiences : [ISSUER]
  const token = signToken({
    aud,
    exp: nowSeconds + lifeSeconds,
    iat: nowSeconds,
    iss: ISSUER,
    jti: server.engine.random.uuid(),
    'kubernetes.io': {
      ...(boundObjectRef?.kind === 'Node' && { node: bound(server, boundObjectRef, undefined) }),
      namespace,
      ...(boundObjectRef?.kind === 'Pod' && podClaims(server, boundObjectRef, namespace)),
      ...(boundObjectRef?.kind === 'Secret' && { secret: bound(server, boundObjectRef, namespace) }),
      serviceaccount: { name: metadata.name, uid: metadata.uid },
    },
    nbf: nowSeconds,
    sub: `system:serviceaccount:${namespace}:${metadata.name}`,
  })
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: metadata.name, namespace, creationTimestamp: timestamp(server.engine.nowMs) } as never, // never stored, so without uid
    spec: { audiences: aud, expirationSeconds, ...(boundObjectRef && { boundObjectRef }) },
    status: { token, expirationTimestamp: timestamp((nowSeconds + expirationSeconds) * 1000) },
  }
}

function check(seconds: number) {
  const at = fieldPath('spec')('expirationSeconds')
  const complaint =
    seconds < SHORTEST_SECONDS
      ? at.invalid(seconds, 'may not specify a duration less than 10 minutes')
      : seconds > LONGEST_SECONDS
        ? at.invalid(seconds, 'may not specify a duration larger than 2^32 seconds')
        : undefined
  if (complaint) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', [complaint])
}

const KINDS = { Pod: pods, Secret: secrets, Node: nodes } as const

/** The object that a token is to live as long as. */
function bound(server: ApiServer, { kind, name = '', uid }: BoundObjectReference, namespace: string | undefined): NameAndUid {
  const target = KINDS[kind as keyof typeof KINDS] // asked for these three only
  const found = find<Pod | Secret | Node>(server, target, namespace, name)
  if (!found) throw notFound(target, name)
  if (uid && uid !== found.metadata.uid) {
    throw conflict(
      target,
      name,
      `the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    )
  }
  return { name, uid: found.metadata.uid }
}

function podClaims(server: ApiServer, reference: BoundObjectReference, namespace: string) {
  const pod = bound(server, reference, namespace)
  const nodeName = find(server, pods, namespace, pod.name)?.spec.nodeName
  const node = nodeName ? find(server, nodes, undefined, nodeName) : undefined
  return { pod, ...(node && { node: { name: node.metadata.name, uid: node.metadata.uid } }) }
}
