/** A `server { … }` block, as far as static serving and fixed answers need it. */
export interface NginxServer {
  /** Servers behind the names of upstream blocks. */
  readonly upstreams?: Readonly<Record<string, readonly string[]>>
  readonly port: number
  readonly names: readonly string[]
  readonly directives: Readonly<Record<string, readonly string[]>>
  readonly locations: readonly NginxLocation[]
}

export interface NginxLocation {
  readonly path: string
  /** `location = /path` */
  readonly exact: boolean
  readonly directives: Readonly<Record<string, readonly string[]>>
}

interface Directive {
  readonly name: string
  readonly words: readonly string[]
  readonly block?: readonly Directive[]
}

/** Texts that were read before: hundreds of Pods share a handful of them. */
const known = new Map<string, readonly NginxServer[] | string>()
const REMEMBERED = 50

/** The server blocks of a configuration text, or nginx's complaint about it. */
export function parseNginxConfiguration(text: string, path: string): readonly NginxServer[] | string {
  const key = `${path}\n${text}`
  const before = known.get(key)
  if (before !== undefined) return before
  if (known.size >= REMEMBERED) known.clear()
  const parsed = parse(text, path)
  known.set(key, parsed)
  return parsed
}

function parse(text: string, path: string): readonly NginxServer[] | string {
  const tokens = tokensOf(text)
  let at = 0
  const line = () => tokens[Math.min(at, tokens.length - 1)]?.line ?? 1

  function block(nested: boolean): readonly Directive[] | string {
    const directives: Directive[] = []
    for (;;) {
      const words: string[] = []
      while (at < tokens.length && !tokens[at]!.mark) words.push(tokens[at++]!.text)
      const end = tokens[at++]
      if (end === undefined) {
        if (words.length > 0 || nested)
          return `unexpected end of file, expecting ${words.length > 0 ? '";" or "}"' : '"}"'} in ${path}:${line()}`
        return directives
      }
      if (end.text === '}') {
        if (words.length > 0) return `unexpected "}" in ${path}:${end.line}`
        if (!nested) return `unexpected "}" in ${path}:${end.line}`
        return directives
      }
      const [name, ...rest] = words
      if (name === undefined) return `unexpected "${end.text}" in ${path}:${end.line}`
      if (end.text === '{') {
        const inner = block(true)
        if (typeof inner === 'string') return inner
        directives.push({ name, words: rest, block: inner })
      } else directives.push({ name, words: rest })
    }
  }

  const top = block(false)
  if (typeof top === 'string') return top
  const servers = [...top, ...top.flatMap((directive) => (directive.name === 'http' ? (directive.block ?? []) : []))].filter(
    (directive) => directive.name === 'server',
  )
  return servers.map(serverOf)
}

function serverOf({ block = [] }: Directive): NginxServer {
  const words = (name: string) => block.find((directive) => directive.name === name)?.words
  const port = Number(/(\d+)$/.exec(words('listen')?.[0] ?? '80')?.[1] ?? 80)
  return {
    port,
    names: words('server_name') ?? [],
    directives: simple(block),
    locations: block
      .filter((directive) => directive.name === 'location')
      .map((directive) => ({
        path: directive.words.at(-1) ?? '/',
        exact: directive.words[0] === '=',
        directives: simple(directive.block ?? []),
      })),
  }
}

const simple = (block: readonly Directive[]) =>
  Object.fromEntries(block.filter((directive) => !directive.block).map((directive) => [directive.name, directive.words]))

/** The location for a path: an exact one, or else the longest prefix. */
export function chooseLocation(server: NginxServer, path: string): NginxLocation | undefined {
  let best: NginxLocation | undefined
  for (const location of server.locations) {
    if (location.exact) {
      if (location.path === path) return location
    } else if (path.startsWith(location.path) && (!best || location.path.length > best.path.length)) best = location
  }
  return best
}

interface Token {
  readonly text: string
  readonly line: number
  /** One of `;`, `{`, `}` outside quotes. */
  readonly mark: boolean
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = []
  const pattern = /#[^\n]*|\n|[;{}]|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(?:\$\{\w+\}|[^\s;{}"'#])+/g
  let line = 1
  for (const match of text.matchAll(pattern)) {
    const [found, double, single] = match
    if (found === '\n') line++
    else if (found.startsWith('#')) continue
    else if (double !== undefined || single !== undefined)
      tokens.push({ text: (double ?? single)!.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1'), line, mark: false })
    else tokens.push({ text: found, line, mark: found === ';' || found === '{' || found === '}' })
  }
  return tokens
}
