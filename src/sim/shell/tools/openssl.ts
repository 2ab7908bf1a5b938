import { nowMs, readAll, readFile, writeFile, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { bytesFromText, textFromBytes } from '../../node/os/text'
import { digest } from './digests'
import { alternativeNamesIn, configuredName, extensionsOf, readConfiguration, settingOf, type Extensions } from './openssl-configuration'
import { hex } from '../../formats/der'
import { keyParts, type CertificateRequest, type Name } from '../../formats/x509-forms'
import { isSignedBy, readCertificate, readKey, readRequest, signatureAlgorithm } from '../../formats/x509-reading'
import { writeCertificate, writePublicKey, writeRequest } from '../../formats/x509-writing'
import { certificateText, nameText, requestText, timeText } from './certificate-text'
import { ellipticParameters, generateKey, newPrivateKey, randomBytes, showKey } from './openssl-keys'
import { base64, fromBase64 } from './jq/formats'
import { sClient } from './openssl-client'
import { ToolError, tool } from './tool'

/**
 * openssl, as far as Kubernetes pages use it: keys, certificates, requests for them, random bytes, digests. What it writes other tools can
 * read; there is no cryptography in it (formats/x509-forms.ts).
 */
export const openssl = tool(function* (_context, args) {
  const [command, ...rest] = args
  const value = (name: string) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined)
  const input = function* (): Proc<string> {
    const path = value('-in')
    return path === undefined ? yield* readAll(0) : yield* readFile(path)
  }
  const output = function* (text: string): Proc {
    const path = value('-out')
    if (path === undefined) yield* write(1, text)
    else yield* writeFile(path, text, /KEY/.test(text) ? 0o600 : 0o644)
  }
  switch (command) {
    case 'version':
      yield* write(1, 'OpenSSL 3.0.13 30 Jan 2024 (Library: OpenSSL 3.0.13 30 Jan 2024)\n')
      return 0
    case 'rand': {
      const count = Number(rest.at(-1))
      if (!Number.isInteger(count)) throw new ToolError(`\x00rand: Use -help for summary.`)
      const bytes = yield* randomBytes(count)
      yield* output(
        rest.includes('-hex')
          ? `${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}\n`
          : rest.includes('-base64')
            ? `${base64(bytes).replace(/.{64}/g, '$&\n')}\n`
            : textFromBytes(bytes),
      )
      return 0
    }
    case 'genrsa':
    case 'genpkey':
      return yield* generateKey({ words: rest, value, input, output }, command === 'genrsa')
    case 'ecparam':
      return yield* ellipticParameters({ words: rest, value, input, output })
    case 'rsa':
    case 'ec':
    case 'pkey':
      return yield* showKey({ words: rest, value, input, output }, command)
    case 'req':
      return yield* request(rest, value, input, output)
    case 'x509':
      return yield* certificate(rest, value, input, output)
    case 's_client':
      return yield* sClient(rest)
    case 'verify': {
      const path = rest.at(-1) ?? ''
      const authority = readCertificate(yield* readFile(value('-CAfile') ?? '/etc/kubernetes/pki/ca.crt'))
      const text = yield* readFile(path)
      const subject = readCertificate(text)?.subject ?? []
      if (authority && isSignedBy(text, authority.key)) {
        yield* write(1, `${path}: OK\n`)
        return 0
      }
      yield* write(
        2,
        `${nameText(subject)}\nerror 20 at 0 depth lookup: unable to get local issuer certificate\nerror ${path}: verification failed\n`,
      )
      return 2
    }
    case 'base64':
    case 'enc': {
      const text = yield* input()
      if (rest.includes('-d')) yield* output(textFromBytes(fromBase64(text) ?? new Uint8Array()))
      else yield* output(rest.includes('-A') ? base64(bytesFromText(text)) : `${base64(bytesFromText(text)).replace(/.{64}/g, '$&\n')}\n`)
      return 0
    }
    case 'dgst':
    case 'sha256':
    case 'md5': {
      const kind = command === 'md5' || rest.includes('-md5') ? 'md5' : rest.includes('-sha1') ? 'sha1' : 'sha256'
      const path = rest.find((argument) => !argument.startsWith('-'))
      const text = path === undefined ? yield* readAll(0) : yield* readFile(path)
      yield* write(
        1,
        `${kind.toUpperCase().replace('SHA', 'SHA2-').replace('SHA2-1', 'SHA1')}(${path ?? 'stdin'})= ${digest(kind, bytesFromText(text))}\n`,
      )
      return 0
    }
    case undefined:
      throw new ToolError('\x00help:\n\nStandard commands\nbase64 dgst genrsa rand req s_client version x509')
    default:
      throw new ToolError(`\x00Invalid command '${command}'; type "help" for a list.`)
  }
})

type Value = (name: string) => string | undefined
type Input = () => Proc<string>
type Output = (text: string) => Proc

/** `openssl req`: a request for a certificate, or with `-x509` a certificate of one's own; or shows a request. */
function* request(flags: readonly string[], value: Value, input: Input, output: Output): Proc<number> {
  if (!flags.includes('-new') && !flags.includes('-newkey') && !flags.includes('-x509')) {
    const text = yield* input()
    const given = readRequest(text)
    if (!given) throw new ToolError(`\x00Unable to load X509 request`)
    if (flags.includes('-text')) yield* output(requestText(given, signatureAlgorithm(text)))
    if (flags.includes('-subject')) yield* output(`subject=${nameText(given.subject)}\n`)
    if (flags.includes('-modulus')) yield* output(`Modulus=${modulusText(given.key, 'Wrong Algorithm type')}\n`)
    if (flags.includes('-verify')) yield* write(2, 'Certificate request self-signature verify OK\n')
    if (!flags.includes('-noout')) yield* output(text)
    return 0
  }
  const configPath = value('-config')
  const configuration = readConfiguration(configPath === undefined ? '' : yield* readFile(configPath))
  const isOwn = flags.includes('-x509')
  const subject = nameFrom(value('-subj') ?? configuredName(configuration) ?? '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd')
  const keyPath = value('-key')
  let key = keyPath === undefined ? undefined : yield* readFile(keyPath)
  if (key === undefined || flags.includes('-newkey')) {
    key = yield* newKey(value('-newkey') ?? 'rsa', flags)
    yield* writeFile(value('-keyout') ?? 'privkey.pem', key, 0o600)
    yield* write(2, '-----\n')
  }
  const publicKey = readKey(key)
  if (publicKey === undefined) throw new ToolError(`\x00Could not read private key from ${keyPath ?? '<stdin>'}`)
  const section = value(isOwn ? '-extensions' : '-reqexts') ?? settingOf(configuration, 'req', isOwn ? 'x509_extensions' : 'req_extensions')
  const extensions = section === undefined ? NONE : extensionsOf(configuration, section)
  const added = /^subjectAltName\s*=(.*)$/s.exec(value('-addext') ?? '')?.[1]
  const alternativeNames = added === undefined ? extensions.alternativeNames : alternativeNamesIn(added)
  const asked = { subject, key: publicKey, alternativeNames }
  if (isOwn)
    yield* output(yield* issued(asked, asked, Number(value('-days') ?? 30), { ...extensions, alternativeNames, isAuthority: true }))
  else yield* output(writeRequest(asked))
  return 0
}

/** `-newkey rsa:4096`, `-newkey ec` with `-pkeyopt ec_paramgen_curve:prime256v1`, `-newkey ed25519`. */
const newKey = (asked: string, flags: readonly string[]): Proc<string> => newPrivateKey(asked.replace(/:.*/s, ''), [asked, ...flags], 'req')

/** `openssl x509`: signs a request, or shows a certificate. */
function* certificate(flags: readonly string[], value: Value, input: Input, output: Output): Proc<number> {
  const text = yield* input()
  if (flags.includes('-req')) {
    const asked = readRequest(text)
    if (!asked) throw new ToolError('\x00Unable to load X509 request')
    const authority = value('-CA') === undefined ? undefined : readCertificate(yield* readFile(value('-CA')!))
    const keyPath = value('-CAkey') ?? value('-signkey') ?? value('-key')
    const key = keyPath === undefined ? asked.key : readKey(yield* readFile(keyPath))
    if (key === undefined) throw new ToolError(`\x00Could not read CA private key from ${keyPath}`)
    const extensions = yield* extensionsGiven(asked, value)
    yield* output(yield* issued(asked, { subject: authority?.subject ?? asked.subject, key }, Number(value('-days') ?? 30), extensions))
    yield* write(2, `Certificate request self-signature ok\nsubject=${nameText(asked.subject)}\n`)
    return 0
  }
  const given = readCertificate(text)
  if (!given) throw new ToolError(`\x00Could not read certificate from ${value('-in') ?? '<stdin>'}\nUnable to load certificate`)
  // What is shown comes in the order in which it is asked for.
  const shows: Readonly<Record<string, () => string>> = {
    '-subject': () => `subject=${nameText(given.subject)}`,
    '-issuer': () => `issuer=${nameText(given.issuer)}`,
    '-startdate': () => `notBefore=${timeText(given.notBeforeMs)}`,
    '-enddate': () => `notAfter=${timeText(given.notAfterMs)}`,
    '-dates': () => `notBefore=${timeText(given.notBeforeMs)}\nnotAfter=${timeText(given.notAfterMs)}`,
    '-serial': () => `serial=${given.serial.toUpperCase()}`,
    '-modulus': () => `Modulus=${modulusText(given.key, 'No modulus for this public key type')}`,
    '-pubkey': () => writePublicKey(given.key).trimEnd(),
    '-fingerprint': () => `sha256 Fingerprint=${(digest('sha256', bytesFromText(text)).toUpperCase().match(/../g) ?? []).join(':')}`,
    '-text': () => certificateText(given, signatureAlgorithm(text)).trimEnd(),
  }
  const lines = flags.flatMap((flag) => shows[flag]?.() ?? [])
  yield* output([...lines, ...(flags.includes('-noout') ? [] : [text.trimEnd()])].map((line) => `${line}\n`).join(''))
  if (!flags.includes('-checkend')) return 0
  const expires = (yield* nowMs()) + Number(value('-checkend')) * 1000 >= given.notAfterMs
  yield* write(1, expires ? 'Certificate will expire\n' : 'Certificate will not expire\n')
  return expires ? 1 : 0
}

/** The modulus of an RSA key; keys of another sort have none. */
const modulusText = (key: string, none: string) => (keyParts(key).sort === 'RSA' ? key.toUpperCase() : none)

const NONE: Extensions = { alternativeNames: [], usages: [], isAuthority: false }

/** Extensions of a certificate that is signed: of the request's own none are taken over unless that is asked for. */
function* extensionsGiven({ alternativeNames }: CertificateRequest, value: Value): Proc<Extensions> {
  const copied = /^copy(all)?$/.test(value('-copy_extensions') ?? '') ? { ...NONE, alternativeNames } : NONE
  const path = value('-extfile')
  if (path === undefined) return copied
  const given = extensionsOf(readConfiguration(yield* readFile(path)), value('-extensions'))
  return given.alternativeNames.length > 0 ? given : { ...given, alternativeNames: copied.alternativeNames }
}

function* issued(
  { subject, key }: CertificateRequest,
  signer: { readonly subject: Name; readonly key: string },
  days: number,
  extensions: Extensions,
): Proc<string> {
  const notBeforeMs = Math.floor((yield* nowMs()) / 1000) * 1000
  const [first = 0, ...rest] = yield* randomBytes(20)
  const serial = hex(Uint8Array.of(first & 0x7f || 1, ...rest))
  const times = { notBeforeMs, notAfterMs: notBeforeMs + days * 86_400_000 }
  return writeCertificate({ serial, subject, issuer: signer.subject, ...times, key, ...extensions }, signer.key)
}

/** `/O=dev/CN=jane` as a name. */
const nameFrom = (text: string): Name =>
  text
    .split(/(?<!\\)\//)
    .filter(Boolean)
    .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1).trim()] as const)
