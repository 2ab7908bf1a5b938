import { read, write } from '../../node/os/calls'
import { characterClasses } from '../character-classes'
import { unescape } from './format'
import { ToolError, eachInput, eachLine, parseOptions, tool } from './tool'

/** Tools on the characters of lines: tr, fold, expand, rev. */

/** The ASCII characters of a class, in order; undefined when there is no such class. */
function charactersOf(name: string): string[] | undefined {
  const body = characterClasses[name]
  if (body === undefined) return undefined
  const matching = new RegExp(`[${body}]`)
  return Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).filter((character) => matching.test(character))
}

function expandSet(text: string, length = 0): string[] {
  const out: string[] = []
  const tokens = text.match(/\[:\w+:\]|\[=.=\]|\[.\*\d*\]|\\(?:[0-7]{1,3}|.)|[^]/gu) ?? []
  const plain = (token: string) => (token.startsWith('\\') ? unescape(token, false).text.replace(/^\\/, '') || '\\' : token)
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    const name = /^\[:(\w+):\]$/.exec(token)?.[1]
    const repeat = /^\[(.)\*(\d*)\]$/u.exec(token)
    if (name) {
      const all = charactersOf(name)
      if (!all) throw new ToolError(`invalid character class ‘${name}’`)
      out.push(...all)
    } else if (repeat) for (let n = Number(repeat[2] || Math.max(0, length - out.length)); n > 0; n--) out.push(repeat[1]!)
    else if (tokens[i + 1] === '-' && tokens[i + 2] !== undefined) {
      const [from, to] = [plain(token).codePointAt(0)!, plain(tokens[i + 2]!).codePointAt(0)!]
      if (to < from) throw new ToolError(`range-endpoints of '${token}-${tokens[i + 2]}' are in reverse collating sequence order`)
      for (let code = from; code <= to; code++) out.push(String.fromCodePoint(code))
      i += 2
    } else out.push(plain(token))
  }
  return out
}

export const tr = tool(function* (context, args) {
  const options = parseOptions(context, args, {
    short: 'cCdst',
    long: { complement: 'c', delete: 'd', 'squeeze-repeats': 's', 'truncate-set1': 't' },
    strict: true,
  })
  const [first, second] = options.operands
  if (first === undefined) throw new ToolError(`missing operand\nTry 'tr --help' for more information.`)
  const remove = options.has('d')
  const squeeze = options.has('s')
  if (second === undefined && !remove && !squeeze)
    throw new ToolError(
      `missing operand after ‘${first}’\nTwo strings must be given when translating.\nTry 'tr --help' for more information.`,
    )
  const from = expandSet(first)
  const to = second === undefined ? [] : expandSet(second, from.length)
  const complement = options.has('c') || options.has('C')
  const members = new Set(from)
  const inFirst = (c: string) => members.has(c) !== complement
  const map = new Map(complement ? [] : from.map((c, i) => [c, to[Math.min(i, to.length - 1)] ?? c] as const).reverse())
  const squeezed = new Set(second === undefined ? from : to)
  const squeezes = (c: string) => (second === undefined ? inFirst(c) : squeezed.has(c))
  let last = ''
  for (let chunk = yield* read(0); chunk !== ''; chunk = yield* read(0)) {
    let out = ''
    for (const c of chunk) {
      if (remove && inFirst(c)) continue
      const mapped = remove || second === undefined ? c : complement ? (inFirst(c) ? to.at(-1)! : c) : (map.get(c) ?? c)
      if (squeeze && mapped === last && squeezes(mapped)) continue
      out += mapped
      last = mapped
    }
    yield* write(1, out)
  }
  return 0
})

export const fold = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 'w:sb', long: { 'width=': 'w', spaces: 's' }, number: 'w' })
  const width = Number(options.get('w') ?? 80)
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, function* (line) {
      let rest = line
      while (rest.length > width) {
        const blank = options.has('s') ? rest.slice(0, width).lastIndexOf(' ') : -1
        const at = blank >= 0 ? blank + 1 : width
        yield* write(1, `${rest.slice(0, at)}\n`)
        rest = rest.slice(at)
      }
      yield* write(1, `${rest}\n`)
    }),
  )
})

export const expand = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: 't:i', long: { 'tabs=': 't' } })
  const size = Number(options.get('t') ?? 8)
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, function* (line) {
      let out = ''
      for (const c of line) out += c === '\t' ? ' '.repeat(size - (out.length % size)) : c
      yield* write(1, `${out}\n`)
    }),
  )
})

export const rev = tool(function* (context, args) {
  const options = parseOptions(context, args, { short: '' })
  return yield* eachInput(context, options.operands, (fd) =>
    eachLine(fd, (line, complete) => write(1, [...line].reverse().join('') + (complete ? '\n' : ''))),
  )
})
