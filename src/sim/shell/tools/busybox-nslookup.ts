import { type DnsAnswer, write } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { isForeign, lookUp, nameserver, searchList } from './lookup'
import { tool, ToolError } from './tool'

/** busybox' two nslookups: the one that asks as programs do (until 1.28), and the one that asks by itself. */

const TYPES: readonly string[] = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SRV', 'TXT']

interface Query {
  readonly name: string
  readonly type: DnsAnswer['type']
}

/**
 * busybox since 1.29: it knows the search list but not ndots. A name with a dot is asked for as it is, so `kubernetes.default` is not found; one without
 * is asked for in every domain at once, and every domain that does not have it is told of and makes the exit code 1. That is why the documentation
 * pins busybox:1.28.
 */
export const busyboxNslookup = tool(function* (_context, args) {
  const type = typeOf(args)
  const [name, given] = args.filter((argument) => !argument.startsWith('-'))
  if (name === undefined)
    throw new ToolError('\x00BusyBox v1.36.1 multi-call binary.\n\nUsage: nslookup [-type=QUERY_TYPE] [-debug] HOST [DNS_SERVER]')
  if (type !== undefined && !TYPES.includes(type)) throw new ToolError(`invalid query type "${type.toLowerCase()}"`)
  const search = yield* searchList()
  const server = given ?? (yield* nameserver())
  const address = yield* addressOf(server)
  if (address === undefined) throw new ToolError(`bad address '${server}'`)

  let answered = false
  let code = 0
  for (const query of queries(name, type as DnsAnswer['type'] | undefined, search)) {
    const answers = yield* lookUp(query.name, { type: query.type, server: address, search: false })
    if (answers === 'timeout') {
      yield* write(1, answered ? `*** Can't find ${query.name}: No answer\n\n` : ';; connection timed out; no servers could be reached\n\n')
      return 1
    }
    if (!answered) yield* write(1, `Server:\t\t${server}\nAddress:\t${address}:53\n\n`)
    answered = true
    if (answers.length > 0 || (yield* hasOtherRecords(query, address))) {
      const foreign = isForeign(query.name, search) ? 'Non-authoritative answer:\n' : ''
      yield* write(1, `${foreign}${answers.map(recordLine).join('')}\n`)
      continue
    }
    yield* write(1, `** server can't find ${query.name}: NXDOMAIN\n\n`)
    code = 1
  }
  return code
})

/** What is asked for a name: its addresses of both families, in every domain of the search list if it has no dot. */
function queries(name: string, type: DnsAnswer['type'] | undefined, search: readonly string[]): readonly Query[] {
  if (type === undefined && isAddress(name)) return [{ name: reversed(name), type: 'PTR' }]
  const names = name.includes('.') || type === 'PTR' || search.length === 0 ? [name] : search.map((domain) => `${name}.${domain}`)
  const types: readonly DnsAnswer['type'][] = type ? [type] : ['A', 'AAAA']
  return types.flatMap((each) => names.map((full) => ({ name: full.replace(/\.$/, ''), type: each })))
}

function recordLine({ name, type, value }: DnsAnswer): string {
  if (type === 'A' || type === 'AAAA') return `Name:\t${name}\nAddress: ${value}\n`
  if (type === 'TXT') return `${name}\ttext = "${value}"\n`
  return `${name}\t${type === 'SRV' ? 'service' : type === 'CNAME' ? 'canonical name' : 'name'} = ${value}\n`
}

/** Whether a name without such records exists nevertheless: then the answer is empty, and no error. */
function* hasOtherRecords({ name, type }: Query, server: string): Proc<boolean> {
  if (type === 'PTR') return false
  const others = yield* lookUp(name, { type: type === 'A' ? 'SRV' : 'A', server, search: false })
  return others !== 'timeout' && others.length > 0
}

/** busybox until 1.28: it asks libc, which knows ndots, and names every address by its pointer. */
export const nslookupOfLibc = tool(function* (_context, args) {
  const [name, given] = args.filter((argument) => !argument.startsWith('-'))
  if (name === undefined) throw new ToolError('\x00BusyBox v1.28.4 multi-call binary.\n\nUsage: nslookup [HOST] [SERVER]')
  const type = typeOf(args) as DnsAnswer['type'] | undefined
  const server = (given && (yield* addressOf(given))) || given || (yield* nameserver())
  const asked = given ? server : undefined
  const reverse = isAddress(name)
  const answers = yield* lookUp(reverse ? reversed(name) : name, { type: reverse ? 'PTR' : (type ?? 'A'), server: asked, search: true })
  const pointer = function* (address: string): Proc<string> {
    const found = yield* lookUp(reversed(address), { type: 'PTR', server: asked })
    return found !== 'timeout' && found[0] ? ` ${found[0].value.replace(/\.$/, '')}` : ''
  }
  yield* write(1, `Server:    ${server}\nAddress 1: ${server}${answers === 'timeout' ? '' : yield* pointer(server)}\n\n`)
  const found = answers === 'timeout' ? [] : reverse && answers[0] ? [{ ...answers[0], type: 'A' as const, value: name }] : answers
  // An alias is no address: libc follows it and forgets it.
  const addresses = found.filter((answer) => answer.type !== 'CNAME')
  if (addresses.length === 0) {
    yield* write(2, `nslookup: can't resolve '${name}'\n`)
    return 1
  }
  const lines: string[] = []
  for (const { value } of addresses) lines.push(`Address ${lines.length + 1}: ${value}${yield* pointer(value)}`)
  yield* write(1, `Name:      ${name}\n${lines.join('\n')}\n`)
  return 0
})

const typeOf = (args: readonly string[]): string | undefined =>
  args
    .map((argument) => /^-(?:type|querytype|query|q)=(\w+)$/i.exec(argument)?.[1])
    .find((value) => value !== undefined)
    ?.toUpperCase()

const isAddress = (text: string) => /^\d+\.\d+\.\d+\.\d+$/.test(text)
const reversed = (address: string) => `${address.split('.').reverse().join('.')}.in-addr.arpa`

/** The address of a server that was given by name or address. */
function* addressOf(server: string): Proc<string | undefined> {
  if (isAddress(server)) return server
  const found = yield* lookUp(server, {})
  return found === 'timeout' ? undefined : found.find(({ type }) => type === 'A')?.value
}
