import { bootstrapTokenOf, TOKEN_NAMESPACE, TOKEN_TYPE } from '../../../formats/bootstrap-token'
import type { Secret } from '../../../api/types/core-v1.gen'
import { timestamp } from '../../../engine/time'
import { sha256 } from '../../../formats/sha256'
import { readCertificate } from '../../../formats/x509-reading'
import { writePublicKey } from '../../../formats/x509-writing'
import { readPem } from '../../../formats/der'
import { nowMs, random, readFile, write } from '../../../node/os/calls'
import type { Proc, Self } from '../../../node/os/syscalls'
import { loadKubeconfig } from '../../kubeconfig-loading'
import type { Kubectl } from '../../session'
import { CommandError, isNotFound } from '../../errors'
import { tabulate } from '../../printers/tabwriter'
import { request, requestJson } from '../../rest'
import { clientOf } from '../client'
import { shortDuration, TABLE } from './table'
import type { Flags } from '../../flags'

const SECRETS = `/api/v1/namespaces/${TOKEN_NAMESPACE}/secrets`
const ID = '\\A([a-z0-9]{6})\\z'
const TOKEN = '\\A([a-z0-9]{6})\\.([a-z0-9]{16})\\z'
const TOKEN_PATTERN = /^([a-z0-9]{6})\.([a-z0-9]{16})$/

/** `kubeadm token`: bootstrap tokens are Secrets in kube-system. Throws CommandError. */
export function* tokens(self: Self, [verb = '', ...rest]: readonly string[], flags: Flags): Proc {
  const client = clientOf(self, ['--kubeconfig', flags.text('kubeconfig')])
  if (verb === 'generate') return yield* write(1, `${yield* newToken()}\n`)
  if (verb === 'create') return yield* create(client, rest[0], flags)
  if (verb === 'delete') return yield* remove(client, rest)
  if (verb === 'list') return yield* list(client)
  throw new CommandError(`unknown command ${JSON.stringify(verb)} for "kubeadm token"`)
}

function* newToken(): Proc<string> {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789'
  let token = ''
  for (let i = 0; i < 22; i++) token += letters[Math.floor((yield* random()) * letters.length)]
  return `${token.slice(0, 6)}.${token.slice(6)}`
}

function* create(client: Kubectl, given: string | undefined, flags: Flags): Proc {
  const token = given ?? (yield* newToken())
  const [, id, secret] = TOKEN_PATTERN.exec(token) ?? []
  if (!id || !secret) throw new CommandError(`the bootstrap token ${JSON.stringify(token)} was not of the form ${JSON.stringify(TOKEN)}`)
  const ttlMs = flags.durationMs('ttl')
  const stringData = {
    'token-id': id,
    'token-secret': secret,
    ...(ttlMs > 0 && { expiration: timestamp((yield* nowMs()) + ttlMs) }),
    ...Object.fromEntries(flags.list('usages').map((usage) => [`usage-bootstrap-${usage}`, 'true'])),
    'auth-extra-groups': flags.list('groups').join(','),
    ...(flags.text('description') && { description: flags.text('description') }),
  }
  const data = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, btoa(value!)]))
  const metadata = { name: `bootstrap-token-${id}`, namespace: TOKEN_NAMESPACE }
  yield* request(client, { method: 'POST', path: SECRETS, body: { apiVersion: 'v1', kind: 'Secret', metadata, type: TOKEN_TYPE, data } })
  if (!flags.bool('print-join-command')) return yield* write(1, `${token}\n`)
  const config = yield* loadKubeconfig(client)
  const server = String(config.clusters[0]?.value.server ?? '').replace(/^https?:\/\//, '')
  yield* write(1, `kubeadm join ${server} --token ${token} --discovery-token-ca-cert-hash sha256:${yield* authorityHash()} \n`)
}

/** What a machine that joins knows the authority by: a digest of its public key. */
function* authorityHash(): Proc<string> {
  const certificate = readCertificate(yield* readFile('/etc/kubernetes/pki/ca.crt'))
  if (!certificate) throw new CommandError('failed to load root CA certificate /etc/kubernetes/pki/ca.crt')
  return sha256(readPem(writePublicKey(certificate.key))!.bytes)
}

function* remove(client: Kubectl, names: readonly string[]): Proc {
  if (names.length === 0) throw new CommandError('missing argument; \'token delete\' is missing token of form "\\\\A([a-z0-9]{6})\\\\z"')
  for (const name of names) {
    const id = TOKEN_PATTERN.exec(name)?.[1] ?? (/^[a-z0-9]{6}$/.test(name) ? name : undefined)
    if (id === undefined)
      throw new CommandError(
        `given token or token id ${JSON.stringify(name)} didn't match pattern ${JSON.stringify(ID)} or ${JSON.stringify(TOKEN)}`,
      )
    try {
      yield* request(client, { method: 'DELETE', path: `${SECRETS}/bootstrap-token-${id}` })
    } catch (error) {
      if (!isNotFound(error)) throw error
      throw new CommandError(`failed to delete bootstrap token ${JSON.stringify(id)}: ${(error as Error).message}`)
    }
    yield* write(1, `bootstrap token ${JSON.stringify(id)} deleted\n`)
  }
}

function* list(client: Kubectl): Proc {
  const { items } = yield* requestJson<{ items: readonly Secret[] }>(client, { path: `${SECRETS}?fieldSelector=type%3D${TOKEN_TYPE}` })
  const now = yield* nowMs()
  const rows = items.flatMap((secret) => {
    const token = bootstrapTokenOf(secret)
    if (!token) return []
    const { id, expiresMs, authenticates, signs, groups } = token
    const ttl = expiresMs === undefined ? '<forever>' : expiresMs > now ? shortDuration(expiresMs - now) : '<invalid>'
    const expires = expiresMs === undefined ? '<never>' : timestamp(expiresMs)
    const usages = [authenticates && 'authentication', signs && 'signing'].filter(Boolean).join(',') || '<none>'
    const description = secret.data?.description === undefined ? '<none>' : atob(secret.data.description)
    return [[`${id}.${token.secret}`, ttl, expires, usages, description, groups.join(',') || '<none>']]
  })
  if (rows.length === 0) return
  const head = ['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA GROUPS']
  yield* write(1, tabulate([head, ...rows].map((row) => `${row.join('\t')}\n`).join(''), TABLE))
}
