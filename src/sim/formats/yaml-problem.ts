/**
 * Says what is wrong with a YAML text in the words of libyaml, and at its line: `line 3: mapping values are not allowed in this context`. js-yaml
 * reads the good texts; only a text that it refused comes here, to be scanned and parsed once more as libyaml does it, without building anything.
 *
 * Line numbers are as go-yaml prints them: right for what its scanner sees, one too small for what its parser sees.
 */
export function yamlProblem(text: string): string | undefined {
  if (controlCharacter.test(text)) return 'control characters are not allowed'
  try {
    parseDocument(scanner(text))
    return undefined
  } catch (error) {
    if (error instanceof Problem) return error.line === 0 ? error.message : `line ${error.line}: ${error.message}`
    throw error
  }
}

class Problem extends Error {
  constructor(
    message: string,
    readonly line: number,
  ) {
    super(message)
  }
}

// eslint-disable-next-line no-control-regex -- these are what the reader refuses
const controlCharacter = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]/

type TokenType =
  | 'end' | 'directive' | 'document start' | 'document end' | 'sequence' | 'mapping' | 'block end' | '[' | ']' | '{' | '}' | 'entry' | ',' | 'key' | 'value' | 'alias' | 'anchor' | 'tag' | 'scalar' // prettier-ignore

interface Token {
  readonly type: TokenType
  readonly line: number
}

interface SimpleKey {
  possible: boolean
  readonly required: boolean
  readonly token: number
  readonly at: number
  readonly line: number
  readonly column: number
}

interface Tokens {
  peek(): Token
  skip(): void
}

/** A parser error knows the line from 0, and go-yaml prints it as it is. */
const refuse = (token: Token, message: string): never => {
  throw new Problem(message, token.line)
}

function parseDocument(tokens: Tokens): void {
  while (tokens.peek().type === 'directive') tokens.skip()
  if (tokens.peek().type === 'document start') tokens.skip()
  if (!['end', 'document end', 'document start'].includes(tokens.peek().type)) node(tokens, true, false)
  const after = tokens.peek()
  if (!['end', 'document end', 'document start'].includes(after.type)) refuse(after, 'did not find expected <document start>')
}

function node(tokens: Tokens, block: boolean, indentless: boolean): void {
  if (tokens.peek().type === 'alias') return tokens.skip()
  let properties = false
  while (tokens.peek().type === 'anchor' || tokens.peek().type === 'tag') {
    properties = true
    tokens.skip()
  }
  const token = tokens.peek()
  if (indentless && token.type === 'entry') return indentlessSequence(tokens)
  if (token.type === 'scalar') return tokens.skip()
  if (token.type === '[') return flow(tokens, ']')
  if (token.type === '{') return flow(tokens, '}')
  if (block && token.type === 'sequence') return blockSequence(tokens)
  if (block && token.type === 'mapping') return blockMapping(tokens)
  if (!properties) refuse(token, 'did not find expected node content')
}

/** Parses a node unless one of `ends` follows, which stands for an empty one. */
function nodeUnless(tokens: Tokens, ends: readonly TokenType[], block: boolean): void {
  if (!ends.includes(tokens.peek().type)) node(tokens, block, block && ends.includes('key'))
}

function blockSequence(tokens: Tokens): void {
  for (tokens.skip(); tokens.peek().type === 'entry';) {
    tokens.skip()
    nodeUnless(tokens, ['entry', 'block end'], true)
  }
  if (tokens.peek().type !== 'block end') refuse(tokens.peek(), "did not find expected '-' indicator")
  tokens.skip()
}

function indentlessSequence(tokens: Tokens): void {
  while (tokens.peek().type === 'entry') {
    tokens.skip()
    if (!['entry', 'key', 'value', 'block end'].includes(tokens.peek().type)) node(tokens, true, false)
  }
}

function blockMapping(tokens: Tokens): void {
  for (tokens.skip(); tokens.peek().type === 'key';) {
    tokens.skip()
    nodeUnless(tokens, ['key', 'value', 'block end'], true)
    if (tokens.peek().type !== 'value') continue
    tokens.skip()
    nodeUnless(tokens, ['key', 'value', 'block end'], true)
  }
  if (tokens.peek().type !== 'block end') refuse(tokens.peek(), 'did not find expected key')
  tokens.skip()
}

function flow(tokens: Tokens, end: ']' | '}'): void {
  tokens.skip()
  for (let first = true; tokens.peek().type !== end; first = false) {
    if (!first) {
      if (tokens.peek().type !== ',') refuse(tokens.peek(), `did not find expected ',' or '${end}'`)
      tokens.skip()
      if (tokens.peek().type === end) break
    }
    if (tokens.peek().type === 'key') {
      tokens.skip()
      nodeUnless(tokens, ['value', ',', end], false)
      if (tokens.peek().type !== 'value') continue
      tokens.skip()
      nodeUnless(tokens, [',', end], false)
    } else node(tokens, false, false)
  }
  tokens.skip()
}

/** Turns the text into tokens on demand, as libyaml's scanner: implicit keys are found out only when their colon comes. */
function scanner(text: string): Tokens {
  let at = 0
  let line = 0
  let column = 0
  let parsed = 0
  let indent = -1
  let keyAllowed = true
  let ended = false
  const indents: number[] = []
  const queue: Token[] = []
  const noKey: SimpleKey = { possible: false, required: false, token: 0, at: 0, line: 0, column: 0 }
  const keys: SimpleKey[] = [noKey]

  const flowLevel = () => keys.length - 1
  const isBreak = (i: number) => text[i] === '\n' || text[i] === '\r'
  const isBlank = (i: number) => text[i] === ' ' || text[i] === '\t'
  const isEnd = (i: number) => i >= text.length
  const isBlankz = (i: number) => isEnd(i) || isBlank(i) || isBreak(i)
  const fail = (message: string): never => {
    // The first line is never named.
    throw new Problem(message, line === 0 ? 0 : line + 1)
  }
  const push = (type: TokenType) => queue.push({ type, line })
  const advance = (count = 1) => {
    at += count
    column += count
  }
  const newline = () => {
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
    line++
    column = 0
  }

  const valid = (key: SimpleKey) => {
    if (!key.possible) return false
    if (key.line === line && key.at + 1024 >= at) return true
    if (key.required) fail("could not find expected ':'")
    key.possible = false
    return false
  }
  const removeKey = () => {
    const key = keys.at(-1)!
    if (key.possible && key.required) fail("could not find expected ':'")
    key.possible = false
  }
  const saveKey = () => {
    if (!keyAllowed) return
    removeKey()
    keys[keys.length - 1] = {
      possible: true,
      required: flowLevel() === 0 && indent === column,
      token: parsed + queue.length,
      at,
      line,
      column,
    }
  }
  const roll = (to: number, type: 'sequence' | 'mapping', position: number, onLine: number) => {
    if (flowLevel() > 0 || indent >= to) return
    indents.push(indent)
    indent = to
    queue.splice(position, 0, { type, line: onLine })
  }
  const unroll = (to: number) => {
    for (; flowLevel() === 0 && indent > to; indent = indents.pop()!) push('block end')
  }

  const skipToToken = () => {
    if (at === 0 && text[0] === '\uFEFF') at++
    for (;;) {
      while (text[at] === ' ' || ((flowLevel() > 0 || !keyAllowed) && text[at] === '\t')) advance()
      if (text[at] === '#') while (!isEnd(at) && !isBreak(at)) advance()
      if (!isBreak(at)) return
      newline()
      if (flowLevel() === 0) keyAllowed = true
    }
  }

  const fetch = () => {
    skipToToken()
    unroll(column)
    if (isEnd(at)) {
      if (column !== 0) line++
      column = 0
      unroll(-1)
      removeKey()
      keyAllowed = false
      ended = true
      push('end')
      return
    }
    const character = text[at]!
    const marker = column === 0 && isBlankz(at + 3) ? text.slice(at, at + 3) : ''
    if (column === 0 && character === '%') {
      unroll(-1)
      removeKey()
      keyAllowed = false
      push('directive')
      while (!isEnd(at) && !isBreak(at)) advance()
    } else if (marker === '---' || marker === '...') {
      unroll(-1)
      removeKey()
      keyAllowed = false
      push(marker === '---' ? 'document start' : 'document end')
      advance(3)
    } else if (character === '[' || character === '{') {
      saveKey()
      keys.push({ ...noKey })
      keyAllowed = true
      push(character)
      advance()
    } else if (character === ']' || character === '}') {
      removeKey()
      if (flowLevel() > 0) keys.pop()
      keyAllowed = false
      push(character)
      advance()
    } else if (character === ',') {
      removeKey()
      keyAllowed = true
      push(',')
      advance()
    } else if (character === '-' && isBlankz(at + 1)) {
      if (flowLevel() === 0) {
        if (!keyAllowed) fail('block sequence entries are not allowed in this context')
        roll(column, 'sequence', queue.length, line)
      }
      removeKey()
      keyAllowed = true
      push('entry')
      advance()
    } else if (character === '?' && (flowLevel() > 0 || isBlankz(at + 1))) {
      if (flowLevel() === 0) {
        if (!keyAllowed) fail('mapping keys are not allowed in this context')
        roll(column, 'mapping', queue.length, line)
      }
      removeKey()
      keyAllowed = flowLevel() === 0
      push('key')
      advance()
    } else if (character === ':' && (flowLevel() > 0 || isBlankz(at + 1))) fetchValue()
    else if (character === '*' || character === '&') {
      saveKey()
      keyAllowed = false
      push(character === '*' ? 'alias' : 'anchor')
      advance()
      const start = at
      while (/[\w-]/.test(text[at] ?? '')) advance()
      if (at === start || !(isBlankz(at) || /[?:,\]}%@`]/.test(text[at]!))) fail('did not find expected alphabetic or numeric character')
    } else if (character === '!') {
      saveKey()
      keyAllowed = false
      push('tag')
      while (!isBlankz(at) && !(flowLevel() > 0 && /[,\]}]/.test(text[at]!))) advance()
    } else if ((character === '|' || character === '>') && flowLevel() === 0) {
      removeKey()
      keyAllowed = true
      push('scalar')
      blockScalar()
    } else if (character === "'" || character === '"') {
      saveKey()
      keyAllowed = false
      push('scalar')
      quoted(character)
    } else if (
      !/[-?:,[\]{}#&*!|>'"%@`\t]/.test(character) ||
      (character === '-' && !isBlank(at + 1)) ||
      (flowLevel() === 0 && /[?:]/.test(character) && !isBlankz(at + 1))
    ) {
      saveKey()
      keyAllowed = false
      push('scalar')
      plain()
    } else fail('found character that cannot start any token')
  }

  const fetchValue = () => {
    const key = keys.at(-1)!
    if (valid(key)) {
      const position = key.token - parsed
      queue.splice(position, 0, { type: 'key', line: key.line })
      roll(key.column, 'mapping', position, key.line)
      key.possible = false
      keyAllowed = false
    } else {
      if (flowLevel() === 0) {
        if (!keyAllowed) fail('mapping values are not allowed in this context')
        roll(column, 'mapping', queue.length, line)
      }
      keyAllowed = flowLevel() === 0
    }
    push('value')
    advance()
  }

  const blockScalar = () => {
    advance()
    const header = /^([-+]?)([0-9]?)([-+]?)/.exec(text.slice(at))!
    if (header[2] === '0') fail('found an indentation indicator equal to 0')
    advance(header[0].length)
    while (isBlank(at)) advance()
    if (text[at] === '#') while (!isEnd(at) && !isBreak(at)) advance()
    if (!isEnd(at) && !isBreak(at)) fail('did not find expected comment or line break')
    if (!isEnd(at)) newline()
    let margin = header[2] ? Math.max(indent, 0) + Number(header[2]) : 0
    const breaks = () => {
      let widest = 0
      for (;;) {
        while ((margin === 0 || column < margin) && text[at] === ' ') advance()
        widest = Math.max(widest, column)
        if ((margin === 0 || column < margin) && text[at] === '\t') fail('found a tab character where an indentation space is expected')
        if (!isBreak(at)) break
        newline()
      }
      if (margin === 0) margin = Math.max(widest, indent + 1, 1)
    }
    breaks()
    while (column === margin && !isEnd(at)) {
      while (!isEnd(at) && !isBreak(at)) advance()
      if (!isEnd(at)) newline()
      breaks()
    }
  }

  const quoted = (quote: string) => {
    advance()
    for (;;) {
      if (column === 0 && /^(---|\.\.\.)(\s|$)/.test(text.slice(at, at + 4))) fail('found unexpected document indicator')
      if (isEnd(at)) fail('found unexpected end of stream')
      const character = text[at]!
      if (isBreak(at)) newline()
      else if (quote === "'" && character === "'" && text[at + 1] === "'") advance(2)
      else if (character === quote) return advance()
      else if (quote === '"' && character === '\\') {
        if (isBreak(at + 1)) {
          advance()
          newline()
          continue
        }
        const escape = text[at + 1] ?? ''
        const width = { x: 2, u: 4, U: 8 }[escape] ?? 0
        if (!/[0abt\tnvfre "'/\\N_LPxuU]/.test(escape) || escape === '') fail('found unknown escape character')
        if (width && !new RegExp(`^[0-9a-fA-F]{${width}}`).test(text.slice(at + 2))) fail('did not find expected hexdecimal number')
        advance(2 + width)
      } else advance()
    }
  }

  const plain = () => {
    const margin = indent + 1
    let leadingBlanks = false
    for (;;) {
      if (column === 0 && /^(---|\.\.\.)(\s|$)/.test(text.slice(at, at + 4))) break
      if (text[at] === '#') break
      while (!isBlankz(at)) {
        const character = text[at]!
        if (character === ':' && (isBlankz(at + 1) || (flowLevel() > 0 && /[,?[\]{}]/.test(text[at + 1] ?? '')))) break
        if (flowLevel() > 0 && (/[,[\]{}]/.test(character) || (character === '?' && isBlankz(at + 1)))) break
        leadingBlanks = false
        advance()
      }
      if (!(isBlank(at) || isBreak(at))) break
      while (isBlank(at) || isBreak(at)) {
        if (isBreak(at)) {
          newline()
          leadingBlanks = true
        } else {
          if (leadingBlanks && column < margin && text[at] === '\t') fail('found a tab character that violates indentation')
          advance()
        }
      }
      if (flowLevel() === 0 && column < margin) break
    }
    if (leadingBlanks) keyAllowed = true
  }

  const ready = () => queue.length > 0 && !keys.some((key) => key.possible && key.token === parsed && valid(key))
  const peek = () => {
    while (!ended && !ready()) fetch()
    return queue[0]!
  }
  return {
    peek,
    skip: () => {
      if (peek().type === 'end') return
      queue.shift()
      parsed++
    },
  }
}
