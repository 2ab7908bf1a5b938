import { type DnsAnswer, readFile, resolve, write } from '../../node/os/calls'
import { type Proc, SyscallError } from '../../node/os/syscalls'
import { tool, ToolError } from './tool'

/** Tools that ask the name server: nslookup, dig, host. */

/** Records of a name; 'timeout' when no server answers. */
export function* lookUp(
  name: string,
  options: { type?: DnsAnswer['type']; server?: string; search?: boolean },
): Proc<readonly DnsAnswer[] | 'timeout'> {
  try {
    return yield* resolve(name, options)
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    if (error.code === 'ENOTFOUND') return []
    return 'timeout'
  }
}

export function* nameserver(): Proc<string> {
  try {
    return /^nameserver\s+(\S+)/m.exec(yield* readFile('/etc/resolv.conf'))?.[1] ?? '127.0.0.1'
  } catch (error) {
    if (error instanceof SyscallError) return '127.0.0.1'
    throw error
  }
}

/** A name outside the zone that the cluster's own server speaks for, as the search list tells it. */
export const isForeign = (name: string, search: readonly string[]): boolean => {
  const zone = search.find((domain) => domain.startsWith('svc.'))?.slice('svc.'.length)
  return zone !== undefined && !name.endsWith('.arpa') && name !== zone && !name.endsWith(`.${zone}`)
}

/** The domains of /etc/resolv.conf's search list. */
export function* searchList(): Proc<readonly string[]> {
  try {
    const line = (yield* readFile('/etc/resolv.conf')).split('\n').findLast((each) => each.startsWith('search '))
    return line?.trim().split(/\s+/).slice(1) ?? []
  } catch (error) {
    if (error instanceof SyscallError) return []
    throw error
  }
}

export const nslookup = tool(function* (_context, args) {
  const type = /^-(?:type|query|q)=(\w+)$/i
    .exec(args.find((argument) => /^-(?:type|query|q)=/i.test(argument)) ?? '')?.[1]
    ?.toUpperCase() as DnsAnswer['type'] | undefined
  const [name, given] = args.filter((argument) => !argument.startsWith('-'))
  if (name === undefined) throw new ToolError('interactive mode is not supported here; name a host')
  let server = given ?? (yield* nameserver())
  if (given && !/^[\d.]+$|:/.test(given)) {
    const found = yield* lookUp(given, {})
    if (found !== 'timeout' && found[0]) server = found[0].value
  }
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name)
  const pointer = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name
  const answers = yield* lookUp(pointer, { type: reverse ? 'PTR' : (type ?? 'A'), server: given ? server : undefined, search: true })
  if (answers === 'timeout') {
    yield* write(1, `;; connection timed out; no servers could be reached\n\n`)
    return 1
  }
  yield* write(1, `Server:\t\t${server}\nAddress:\t${server}#53\n\n`)
  if (answers.length === 0) {
    yield* write(1, `** server can't find ${pointer}: NXDOMAIN\n\n`)
    return 1
  }
  if (isForeign(answers[0]!.name, yield* searchList())) yield* write(1, 'Non-authoritative answer:\n')
  const dotted = (target: string) => target.replace(/\.?$/, '.')
  for (const answer of answers) {
    if (reverse) yield* write(1, `${pointer}\tname = ${dotted(answer.value)}\n`)
    else if (answer.type === 'SRV') yield* write(1, `${answer.name}\tservice = ${dotted(answer.value)}\n`)
    else if (answer.type === 'CNAME') yield* write(1, `${answer.name}\tcanonical name = ${dotted(answer.value)}\n`)
    else if (answer.type === 'TXT') yield* write(1, `${answer.name}\ttext = "${answer.value}"\n`)
    else yield* write(1, `Name:\t${answer.name}\nAddress: ${answer.value}\n`)
  }
  yield* write(1, '\n')
  return 0
})

const recordTypes = new Set(['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT'])

export const dig = tool(function* (_context, args) {
  const server = args.find((argument) => argument.startsWith('@'))?.slice(1)
  const flags = args.filter((argument) => argument.startsWith('+'))
  const reverse = args.indexOf('-x')
  const words = args.filter(
    (argument, i) => !/^[@+-]/.test(argument) && args[i - 1] !== '-x' && args[i - 1] !== '-p' && args[i - 1] !== '-t',
  )
  const type = (words.find((word) => recordTypes.has(word.toUpperCase()))?.toUpperCase() ??
    (args.includes('-t') ? args[args.indexOf('-t') + 1]!.toUpperCase() : reverse >= 0 ? 'PTR' : 'A')) as DnsAnswer['type']
  const name =
    reverse >= 0
      ? `${args[reverse + 1]!.split('.').reverse().join('.')}.in-addr.arpa`
      : (words.find((word) => !recordTypes.has(word.toUpperCase()) && word.toUpperCase() !== 'IN') ?? '.')
  const search = flags.includes('+search')
  const answers = yield* lookUp(name, { type, server, search })
  if (answers === 'timeout') {
    yield* write(
      1,
      `;; communications error to ${server ?? (yield* nameserver())}#53: timed out\n\n; <<>> DiG 9.18.28 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; no servers could be reached\n`,
    )
    return 9
  }
  const dot = (text: string) => (text.endsWith('.') ? text : `${text}.`)
  const value = (answer: DnsAnswer) =>
    answer.type === 'A' || answer.type === 'AAAA' ? answer.value : answer.type === 'TXT' ? `"${answer.value}"` : dot(answer.value)
  if (flags.includes('+short')) {
    yield* write(1, answers.map((answer) => `${value(answer)}\n`).join(''))
    return 0
  }
  const lines = answers.map((answer) => `${dot(answer.name)}\t\t30\tIN\t${answer.type}\t${value(answer)}`)
  if (flags.includes('+noall')) yield* write(1, flags.includes('+answer') ? lines.map((line) => `${line}\n`).join('') : '')
  else
    yield* write(
      1,
      `\n; <<>> DiG 9.18.28 <<>> ${args.join(' ')}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${answers.length ? 'NOERROR' : 'NXDOMAIN'}, id: 4242\n;; flags: qr aa rd; QUERY: 1, ANSWER: ${answers.length}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION SECTION:\n;${dot(name)}\t\tIN\t${type}\n\n${lines.length ? `;; ANSWER SECTION:\n${lines.join('\n')}\n\n` : ''};; Query time: 1 msec\n;; SERVER: ${server ?? (yield* nameserver())}#53\n\n`,
    )
  return 0
})

export const host = tool(function* (_context, args) {
  const [name = '', server] = args.filter((argument, i) => !argument.startsWith('-') && args[i - 1] !== '-t')
  const reverse = /^\d+\.\d+\.\d+\.\d+$/.test(name)
  const type = (args.includes('-t') ? args[args.indexOf('-t') + 1]!.toUpperCase() : reverse ? 'PTR' : 'A') as DnsAnswer['type']
  const asked = reverse ? `${name.split('.').reverse().join('.')}.in-addr.arpa` : name
  const answers = yield* lookUp(asked, { type, server })
  if (answers === 'timeout') {
    yield* write(1, ';; connection timed out; no servers could be reached\n')
    return 1
  }
  if (answers.length === 0) {
    yield* write(1, `Host ${asked}${reverse ? '.' : ''} not found: 3(NXDOMAIN)\n`)
    return 1
  }
  for (const answer of answers)
    yield* write(
      1,
      answer.type === 'PTR'
        ? `${asked} domain name pointer ${answer.value.replace(/\.?$/, '.')}\n`
        : answer.type === 'SRV'
          ? `${answer.name} has SRV record ${answer.value}\n`
          : `${answer.name} has address ${answer.value}\n`,
    )
  return 0
})
