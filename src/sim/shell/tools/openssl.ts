import { nowMs, random, readAll, readFile, writeFile, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { bytesFromText, textFromBytes } from '../../node/os/text'
import { digest } from './digests'
import { formatTime } from './format'
import { base64, fromBase64 } from './jq/formats'
import { ToolError, tool } from './tool'

/**
 * openssl, as far as Kubernetes pages use it: keys, self-signed certificates, signing requests, random bytes. What it writes has the shape of
 * PEM; the bytes inside are a note of what was asked (so that `x509 -text` can read it back), not cryptography.
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
    case 'ecparam':
      yield* output(yield* privateKey())
      return 0
    case 'req': {
      const subject = value('-subj') ?? '/C=AU/ST=Some-State/O=Internet Widgits Pty Ltd'
      let key = value('-key') === undefined ? '' : yield* readFile(value('-key')!)
      if (rest.includes('-newkey') || (rest.includes('-new') && key === '')) {
        key = yield* privateKey()
        yield* writeFile(value('-keyout') ?? 'privkey.pem', key, 0o600)
        yield* write(2, '-----\n')
      }
      const keyId = digest('sha256', bytesFromText(key)).slice(0, 16)
      yield* output(
        rest.includes('-x509')
          ? pem('CERTIFICATE', yield* certificate(subject, subject, keyId, Number(value('-days') ?? 30), value('-addext')))
          : pem('CERTIFICATE REQUEST', { subject, keyId, extension: value('-addext') }),
      )
      return 0
    }
    case 'x509': {
      const given = contentOf(yield* input())
      if (!given) throw new ToolError('\x00Could not read certificate from <stdin>\nUnable to load certificate')
      if (rest.includes('-req')) {
        const issuer = value('-CA') === undefined ? given : contentOf(yield* readFile(value('-CA')!))
        yield* output(
          pem(
            'CERTIFICATE',
            yield* certificate(
              String(given.subject),
              String(issuer?.subject ?? given.subject),
              String(given.keyId),
              Number(value('-days') ?? 30),
              undefined,
            ),
          ),
        )
        yield* write(2, `Certificate request self-signature ok\nsubject=${shownName(String(given.subject))}\n`)
        return 0
      }
      const lines: string[] = []
      if (rest.includes('-subject')) lines.push(`subject=${shownName(String(given.subject))}`)
      if (rest.includes('-issuer')) lines.push(`issuer=${shownName(String(given.issuer ?? given.subject))}`)
      if (rest.includes('-startdate') || rest.includes('-dates')) lines.push(`notBefore=${shownTime(Number(given.from))}`)
      if (rest.includes('-enddate') || rest.includes('-dates')) lines.push(`notAfter=${shownTime(Number(given.to))}`)
      if (rest.includes('-serial')) lines.push(`serial=${String(given.serial).toUpperCase()}`)
      if (rest.includes('-fingerprint'))
        lines.push(
          `sha256 Fingerprint=${(
            digest('sha256', bytesFromText(JSON.stringify(given)))
              .toUpperCase()
              .match(/../g) ?? []
          ).join(':')}`,
        )
      if (rest.includes('-text'))
        lines.push(
          `Certificate:\n    Data:\n        Version: 3 (0x2)\n        Serial Number: ${String(given.serial)}\n        Signature Algorithm: sha256WithRSAEncryption\n        Issuer: ${shownName(String(given.issuer ?? given.subject))}\n        Validity\n            Not Before: ${shownTime(Number(given.from))}\n            Not After : ${shownTime(Number(given.to))}\n        Subject: ${shownName(String(given.subject))}${given.extension ? `\n        X509v3 extensions:\n            X509v3 Subject Alternative Name:\n                ${String(given.extension).replace(/^subjectAltName\s*=\s*/, '')}` : ''}`,
        )
      if (!rest.includes('-noout')) lines.push(pem('CERTIFICATE', given).trimEnd())
      yield* output(lines.map((line) => `${line}\n`).join(''))
      return 0
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
      throw new ToolError('\x00help:\n\nStandard commands\nbase64 dgst genrsa rand req version x509')
    default:
      throw new ToolError(`\x00Invalid command '${command}'; type "help" for a list.`)
  }
})

function* randomBytes(count: number): Proc<Uint8Array> {
  const bytes = new Uint8Array(Math.min(count, 1_000_000))
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.floor((yield* random()) * 256)
  return bytes
}

function* privateKey(): Proc<string> {
  return `-----BEGIN PRIVATE KEY-----\n${base64(yield* randomBytes(288)).replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`
}

type Content = Readonly<Record<string, unknown>>

function* certificate(subject: string, issuer: string, keyId: string, days: number, extension: string | undefined): Proc<Content> {
  const from = yield* nowMs()
  const serial = [...(yield* randomBytes(10))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return { subject, issuer, keyId, serial, from, to: from + days * 86_400_000, extension }
}

const pem = (label: string, content: Content) =>
  `-----BEGIN ${label}-----\n${base64(bytesFromText(JSON.stringify(content)))
    .replace(/.{64}/g, '$&\n')
    .trimEnd()}\n-----END ${label}-----\n`

function contentOf(text: string): Content | undefined {
  const body = /-----BEGIN CERTIFICATE(?: REQUEST)?-----\s*([^-]*)-----END/.exec(text)?.[1]
  const bytes = body === undefined ? undefined : fromBase64(body)
  try {
    const content: unknown = bytes && JSON.parse(textFromBytes(bytes))
    return typeof content === 'object' && content !== null ? (content as Content) : undefined // any JSON object will do
  } catch {
    return undefined
  }
}

const shownName = (subject: string) =>
  subject
    .split('/')
    .filter(Boolean)
    .map((part) => part.replace('=', ' = '))
    .join(', ')
const shownTime = (ms: number) => formatTime('%b %e %H:%M:%S %Y GMT', ms)
