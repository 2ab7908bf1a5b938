import { calendar } from '../../../engine/time'
import { readYaml } from '../../../formats/late-yaml'
import type { Certificate } from '../../../formats/x509-forms'
import { readCertificate, readKey } from '../../../formats/x509-reading'
import { writeCertificate } from '../../../formats/x509-writing'
import { toYaml } from '../../../formats/yaml-emit'
import { nowMs, readFile, stat, write, writeFile } from '../../../node/os/calls'
import type { Proc, Self } from '../../../node/os/syscalls'
import { CommandError } from '../../errors'
import { tabulate } from '../../printers/tabwriter'
import { readConfiguration } from './configuration'
import { shortDuration, TABLE } from './table'

interface Kept {
  readonly name: string
  /** Below /etc/kubernetes: a certificate, or a kubeconfig with one inside. */
  readonly path: string
  readonly authority: 'ca' | 'etcd-ca' | 'front-proxy-ca'
  /** What it is for, as a renewal tells. */
  readonly purpose: string
}

const inConfig = (who: string) => `embedded in the kubeconfig file for the ${who}`

/** What kubeadm renews, in its order. */
const CERTIFICATES: readonly Kept[] = [
  { name: 'admin.conf', path: 'admin.conf', authority: 'ca', purpose: inConfig('admin to use and for kubeadm itself') },
  { name: 'apiserver', path: 'pki/apiserver.crt', authority: 'ca', purpose: 'for serving the Kubernetes API' },
  { name: 'apiserver-etcd-client', path: 'pki/apiserver-etcd-client.crt', authority: 'etcd-ca', purpose: 'the apiserver uses to access etcd' },
  { name: 'apiserver-kubelet-client', path: 'pki/apiserver-kubelet-client.crt', authority: 'ca', purpose: 'for the API server to connect to kubelet' },
  { name: 'controller-manager.conf', path: 'controller-manager.conf', authority: 'ca', purpose: inConfig('controller manager to use') },
  { name: 'etcd-healthcheck-client', path: 'pki/etcd/healthcheck-client.crt', authority: 'etcd-ca', purpose: 'for liveness probes to healthcheck etcd' },
  { name: 'etcd-peer', path: 'pki/etcd/peer.crt', authority: 'etcd-ca', purpose: 'for etcd nodes to communicate with each other' },
  { name: 'etcd-server', path: 'pki/etcd/server.crt', authority: 'etcd-ca', purpose: 'for serving etcd' },
  { name: 'front-proxy-client', path: 'pki/front-proxy-client.crt', authority: 'front-proxy-ca', purpose: 'for the front proxy client' },
  { name: 'scheduler.conf', path: 'scheduler.conf', authority: 'ca', purpose: inConfig('scheduler manager to use') },
  { name: 'super-admin.conf', path: 'super-admin.conf', authority: 'ca', purpose: inConfig('super-admin') },
] // prettier-ignore

const AUTHORITIES = { ca: 'pki/ca', 'etcd-ca': 'pki/etcd/ca', 'front-proxy-ca': 'pki/front-proxy-ca' }
const YEAR_MS = 365 * 86_400_000

/** `kubeadm certs`: looks at the files, and writes them anew. Throws CommandError. */
export function* certificates(self: Self, [verb = '', name = '']: readonly string[]): Proc {
  if (verb === 'check-expiration') {
    yield* readConfiguration(self, 'check-expiration')
    return yield* checkExpiration()
  }
  if (verb !== 'renew') throw new CommandError(`unknown command ${JSON.stringify(verb)} for "kubeadm certs"`)
  const chosen = name === 'all' ? CERTIFICATES : CERTIFICATES.filter((each) => each.name === name)
  if (chosen.length === 0) throw new CommandError(`unknown command ${JSON.stringify(name)} for "kubeadm certs renew"`)
  yield* readConfiguration(self, 'renew')
  for (const each of chosen) {
    if (!(yield* stat(pathOf(each)))) {
      yield* write(1, `MISSING! certificate ${each.purpose}\n`)
      continue
    }
    yield* renew(each)
    yield* write(1, `certificate ${each.purpose} renewed\n`)
  }
  if (name === 'all')
    yield* write(
      1,
      '\nDone renewing certificates. You must restart the kube-apiserver, kube-controller-manager, kube-scheduler and etcd, so that they can use the new certificates.\n',
    )
}

const pathOf = ({ path }: Kept) => `/etc/kubernetes/${path}`

function* checkExpiration(): Proc {
  const now = yield* nowMs()
  const until = ({ notAfterMs }: Certificate) => [dateOf(notAfterMs), shortDuration(notAfterMs - now)]
  const rows: string[][] = [['CERTIFICATE', 'EXPIRES', 'RESIDUAL TIME', 'CERTIFICATE AUTHORITY', 'EXTERNALLY MANAGED']]
  for (const each of CERTIFICATES) {
    const certificate = yield* certificateAt(pathOf(each))
    if (certificate) rows.push([each.name, ...until(certificate), each.authority, 'no'])
    else rows.push([`!MISSING! ${each.name}`, '', '', '', ''])
  }
  const authorities: string[][] = [['CERTIFICATE AUTHORITY', 'EXPIRES', 'RESIDUAL TIME', 'EXTERNALLY MANAGED']]
  for (const [name, path] of Object.entries(AUTHORITIES)) {
    const certificate = yield* certificateAt(`/etc/kubernetes/${path}.crt`)
    authorities.push(certificate ? [name, ...until(certificate), 'no'] : [`!MISSING! ${name}`, '', '', ''])
  }
  const table = (rows: readonly string[][]) => {
    const [head = [], ...rest] = rows
    return tabulate([head.join('\t'), ...rest.map((row) => `${row.join('\t')}\t`), ''].join('\n'), { ...TABLE, minWidth: 8 })
  }
  yield* write(1, `${table(rows)}\n${table(authorities)}`)
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const two = (value: number) => String(value).padStart(2, '0')

/** `Nov 21, 2027 21:15 UTC`. */
function dateOf(ms: number): string {
  const { year, month, day, hour, minute } = calendar(ms)
  return `${MONTHS[month - 1]} ${two(day)}, ${year} ${two(hour)}:${two(minute)} UTC`
}

interface UserEntry {
  user: Record<string, string>
}

/** The certificate in a file, a kubeconfig's user's too; undefined when there is none. */
function* certificateAt(path: string): Proc<Certificate | undefined> {
  if ((yield* stat(path))?.type !== 'file') return undefined
  const text = yield* readFile(path)
  if (!path.endsWith('.conf')) return readCertificate(text)
  const { users = [] } = (readYaml(text) ?? {}) as { users?: readonly UserEntry[] } // a kubeconfig, or nothing that has users
  const data = users[0]?.user?.['client-certificate-data']
  return data === undefined ? undefined : readCertificate(atob(data))
}

function* renew(kept: Kept): Proc {
  const path = pathOf(kept)
  const certificate = yield* certificateAt(path)
  const key = readKey(yield* readFile(`/etc/kubernetes/${AUTHORITIES[kept.authority]}.key`))
  if (!certificate || !key) throw new CommandError(`failed to renew certificate ${kept.name}: unable to sign certificate`)
  const now = yield* nowMs()
  const renewed = writeCertificate({ ...certificate, notBeforeMs: now, notAfterMs: now + YEAR_MS }, key)
  if (!path.endsWith('.conf')) return yield* writeFile(path, renewed)
  const config = readYaml(yield* readFile(path)) as { users: UserEntry[] } // it had a certificate, so it has a user
  config.users[0] = { ...config.users[0]!, user: { ...config.users[0]!.user, 'client-certificate-data': btoa(renewed) } }
  yield* writeFile(path, toYaml(config))
}
