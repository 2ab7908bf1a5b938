import { close, connect, nowMs, peerCertificate, readAll, readFile, stat, write } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { readCertificate } from '../../formats/x509-reading'
import { problemOf } from './certificate-trust'
import { nameText, timeText } from './certificate-text'

const RULE = '---\n'

/** `openssl s_client -connect HOST:PORT`: shows the certificate that a server has for a name, and what is wrong with it. */
export function* sClient(flags: readonly string[]): Proc<number> {
  const value = (name: string) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined)
  const target = value('-connect') ?? flags.find((flag) => /^[^-].*:\d+$/.test(flag)) ?? 'localhost:4433'
  const [, host = '', port = '443'] = /^\[?([^\]]*?)\]?(?::(\d+))?$/.exec(target) ?? []
  let fd: number
  try {
    fd = yield* connect(host, Number(port))
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    yield* write(2, `connect:errno=${error.code === 'ECONNREFUSED' ? 111 : 110}\n`)
    return 1
  }
  const certificate = yield* peerCertificate(fd, value('-servername') ?? host)
  const file = value('-CAfile')
  const authorities = file !== undefined && (yield* stat(file)) ? yield* readFile(file) : ''
  yield* write(1, 'CONNECTED(00000003)\n')
  if (certificate === undefined)
    yield* write(1, `${RULE}no peer certificate available\n${RULE}No client certificate CA names sent\n${RULE}`)
  else yield* show(certificate, authorities)
  yield* readAll(0)
  yield* write(2, 'DONE\n')
  yield* close(fd)
  return 0
}

function* show(certificate: string, authorities: string): Proc {
  const read = readCertificate(certificate)
  if (!read) return
  const problem = problemOf(certificate, authorities, yield* nowMs())
  const subject = nameText(read.subject)
  const issuer = nameText(read.issuer)
  const verdict = problem ? `verify error:num=${problem[0]}:${problem[1]}\nverify return:1\n` : 'verify return:1\n'
  yield* write(2, `depth=0 ${subject}\n${verdict}`)
  yield* write(
    1,
    [
      `${RULE}Certificate chain\n 0 s:${subject}\n   i:${issuer}\n   v:NotBefore: ${timeText(read.notBeforeMs)}; NotAfter: ${timeText(read.notAfterMs)}\n`,
      `${RULE}Server certificate\n${certificate.trimEnd()}\nsubject=${subject}\n\nissuer=${issuer}\n\n`,
      `${RULE}No client certificate CA names sent\nPeer signing digest: SHA256\n`,
      `${RULE}${problem ? `Verification error: ${problem[1]}` : 'Verification: OK'}\n`,
      `${RULE}New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\nVerify return code: ${problem ? `${problem[0]} (${problem[1]})` : '0 (ok)'}\n${RULE}`,
    ].join(''),
  )
}
