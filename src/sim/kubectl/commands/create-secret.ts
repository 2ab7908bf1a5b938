import { base64, readDataSources } from '../data-sources'
import { fits, readCertificate } from '../../formats/x509-reading'
import { readFile, stat } from '../../node/os/calls'
import { CommandError } from '../errors'
import { nameWithHash } from '../name-hash'
import { structJson } from '../printers/json'
import type { Command, Kubectl } from '../session'
import { checkWriting, createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'
import type { Proc } from '../../node/os/syscalls'

function* makeSecret(
  kubectl: Kubectl,
  name: string,
  data: Readonly<Record<string, string>>,
  type: string | undefined,
  failure: string,
): Proc {
  const content = { ...(Object.keys(data).length ? { data } : {}), ...(type ? { type } : {}) }
  yield* createGenerated(kubectl, {
    failure,
    object: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: kubectl.flags.bool('append-hash') ? nameWithHash({ kind: 'Secret', name, ...content }) : name,
        ...(yield* generatedNamespace(kubectl)),
      },
      ...content,
    },
  })
}

export const createSecretGeneric: Command = {
  *run(kubectl) {
    const name = oneName(kubectl)
    const { texts, bytes } = yield* readDataSources(kubectl, 'secret')
    const data = { ...Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, base64(value)])), ...bytes }
    yield* makeSecret(kubectl, name, data, kubectl.flags.text('type') || undefined, 'failed to create secret')
  },
}

export const createSecretDockerRegistry: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const files = flags.list('from-file')
    const [username, password, server, email] = ['docker-username', 'docker-password', 'docker-server', 'docker-email'].map((flag) =>
      flags.text(flag),
    ) as [string, string, string, string]
    if (files.length === 0 && (!username || !password || !server))
      throw new CommandError(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      )
    let config: string
    if (files.length) {
      const { texts } = yield* readDataSources(kubectl, 'secret', '.dockerconfigjson')
      config = Object.values(texts)[0] ?? ''
      const data = Object.fromEntries(Object.entries(texts).map(([key, value]) => [key, base64(value)]))
      return yield* makeSecret(kubectl, name, data, 'kubernetes.io/dockerconfigjson', 'failed to create secret')
    }
    config = structJson({
      auths: { [server]: { username, password, ...(email ? { email } : {}), auth: base64(`${username}:${password}`) } },
    })
    yield* makeSecret(kubectl, name, { '.dockerconfigjson': base64(config) }, 'kubernetes.io/dockerconfigjson', 'failed to create secret')
  },
}

export const createSecretTls: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    yield* checkWriting(kubectl)
    const [certPath, keyPath] = [flags.text('cert'), flags.text('key')]
    if (!certPath || !keyPath) throw new CommandError('key and cert must be specified')
    const read = function* (path: string): Proc<string> {
      if (!(yield* stat(path))) throw new CommandError(`Cannot read file ${path}, open ${path}: no such file or directory`)
      return yield* readFile(path)
    }
    const cert = yield* read(certPath)
    const key = yield* read(keyPath)
    checkCertificate(pemTypes(cert))
    checkKey(pemTypes(key))
    checkPair(cert, key)
    yield* makeSecret(kubectl, name, { 'tls.crt': base64(cert), 'tls.key': base64(key) }, 'kubernetes.io/tls', 'failed to create secret')
  },
}

/** A key belongs to the first certificate. */
function checkPair(cert: string, key: string): void {
  const certificate = readCertificate(cert)
  if (!certificate) throw new CommandError('x509: malformed certificate')
  const fit = fits(certificate, key)
  if (fit === 'no key') throw new CommandError('tls: failed to parse private key')
  if (fit === 'another sort of key') throw new CommandError('tls: private key type does not match public key type')
  if (fit === 'another key') throw new CommandError('tls: private key does not match public key')
}

/** What the blocks of a PEM file say they are. */
const pemTypes = (text: string): string[] =>
  [...text.matchAll(/^-----BEGIN ([^\n-]+)-----\s*\n[\s\S]*?\n-----END \1-----/gm)].map(([, type]) => type!)

const isKey = (type: string) => /(^| )PRIVATE KEY$/.test(type)

/** In the words of Go's TLS library. */
function checkCertificate(types: readonly string[]): void {
  if (types.includes('CERTIFICATE')) return
  if (types.length === 0) throw new CommandError('tls: failed to find any PEM data in certificate input')
  if (types.length === 1 && isKey(types[0]!))
    throw new CommandError(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    )
  throw new CommandError(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`,
  )
}

function checkKey(types: readonly string[]): void {
  if (types.some(isKey)) return
  if (types.length === 0) throw new CommandError('tls: failed to find any PEM data in key input')
  if (types.length === 1 && types[0] === 'CERTIFICATE')
    throw new CommandError('tls: found a certificate rather than a key in the PEM for the private key')
  throw new CommandError(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`,
  )
}
