import { parse, type ArithmeticExpansionPart, type CommandExpansionPart, type HereDoc, type Word, type WordPart } from 'unbash'
import { close, nowMs, pipe, readAll, readFile, wait } from '../../node/os/calls'
import { SyscallError, type Proc } from '../../node/os/syscalls'
import { ArithmeticError, evaluateArithmetic } from '../arithmetic'
import { escapePattern, isPattern } from '../pattern'
import { refuseToken } from '../dialect'
import { ShellError, type Shell, type Unit } from '../state'
import { lookUp, textOf } from '../variables'
import { expandBraces } from './braces'
import { arithmeticNames, expandParameter } from './parameters'
import { expandPath } from './paths'

/** One word in the making: its text, and the same as a pattern in which quoted characters are escaped. */
interface Field {
  text: string
  pattern: string
}

/** Collects the fields that a word becomes. */
export interface Builder {
  readonly fields: Field[]
  current: Field | undefined
  /** Undefined: results of expansions are not split (assignments, `case`, `[[`). */
  readonly separators: string | undefined
}

/** Words of a command line: braces, tildes, parameters, substitutions, arithmetic, splitting, paths, in that order. */
export function* expandWords(shell: Shell, words: readonly Word[]): Proc<string[]> {
  const out: string[] = []
  for (const word of words) {
    if (!word.parts && !/[\\~[?*]/.test(word.text)) {
      out.push(word.text) // nothing in it to expand
      continue
    }
    for (const piece of shell.options.has('braceexpand') ? bracesOf(word) : [word]) {
      const builder: Builder = { fields: [], current: undefined, separators: separatorsOf(shell) }
      yield* addWord(shell, builder, piece, shell.flavour === 'bash' && /^[A-Za-z_]\w*=/.test(piece.text) ? 'assignment' : 'word')
      for (const field of finished(builder)) {
        if (shell.options.has('noglob') || !isPattern(field.pattern)) {
          out.push(field.text)
          continue
        }
        const paths = yield* expandPath(field.pattern, {
          dotFiles: shell.shopts.has('dotglob'),
          ignoreCase: shell.shopts.has('nocaseglob'),
        })
        if (paths.length > 0) out.push(...paths)
        else if (shell.shopts.has('failglob')) throw new ShellError(`no match: ${field.text}`)
        else if (!shell.shopts.has('nullglob')) out.push(field.text)
      }
    }
  }
  return out
}

const noWord: Builder = { fields: [], current: undefined, separators: undefined }
const joined = (builder: Builder, key: keyof Field) =>
  finished(builder)
    .map((field) => field[key])
    .join(' ')

/** A word that stays one: the right side of an assignment, a file name, the subject of `case`. */
export function* expandText(shell: Shell, word: Word | undefined, tildes: 'word' | 'assignment' = 'word'): Proc<string> {
  if (!word) return ''
  if (!word.parts && !/[\\~]/.test(word.text)) return word.text
  const builder: Builder = { ...noWord, fields: [] }
  yield* addWord(shell, builder, word, tildes)
  return joined(builder, 'text')
}

/** A word as a pattern: what was quoted in it is escaped. */
export function* expandPattern(shell: Shell, word: Word | undefined): Proc<string> {
  if (!word) return ''
  const builder: Builder = { ...noWord, fields: [] }
  yield* addWord(shell, builder, word, 'word')
  return joined(builder, 'pattern')
}

/** The right side of `=~`: quoted stretches match themselves, backslashes are the regular expression's own. */
export function* expandRegex(shell: Shell, word: Word): Proc<string> {
  let out = ''
  for (const part of word.parts ?? [{ type: 'Literal', text: word.text } as const]) {
    if (part.type === 'Literal' || part.type === 'Glob' || part.type === 'ExtendedGlob' || part.type === 'BraceExpansion') {
      if ('parts' in part && part.parts?.some((inner) => inner.type !== 'Literal')) {
        const builder: Builder = { ...noWord, fields: [] }
        yield* addPart(shell, builder, part as WordPart, false)
        out += joined(builder, 'text')
      } else out += part.text
      continue
    }
    const builder: Builder = { ...noWord, fields: [] }
    yield* addPart(shell, builder, part as WordPart, false)
    const text = joined(builder, 'text')
    out += /Quoted|LocaleString/.test(part.type) ? text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : text
  }
  return out
}

/** The body of a here-document. */
export function* expandHereDocument(shell: Shell, doc: HereDoc): Proc<string> {
  const strip = (text: string, first: boolean) => (doc.operator === '<<-' ? text.replace(first ? /(^|\n)\t+/g : /(\n)\t+/g, '$1') : text)
  if (!doc.body.parts || doc.delimiter?.quoted) {
    return strip(doc.delimiter?.quoted ? doc.body.text : doc.body.text.replace(/\\([\\$`])/g, '$1').replace(/\\\n/g, ''), true)
  }
  const builder: Builder = { ...noWord, fields: [] }
  for (const [i, part] of doc.body.parts.entries()) {
    if (part.type === 'Literal') addQuoted(builder, strip(part.value, i === 0))
    else yield* addPart(shell, builder, part, true)
  }
  return joined(builder, 'text')
}

/** Value of an arithmetic expression given as source text: expanded like a quoted string first, as bash does. */
export function* expandArithmetic(shell: Shell, source: string): Proc<bigint> {
  let text = source
  if (/[$`"\\]/.test(source)) {
    const builder: Builder = { ...noWord, fields: [] }
    for (const part of quotedParts(source)) yield* addPart(shell, builder, part, true)
    text = joined(builder, 'text').replaceAll('"', '')
  }
  if (/SECONDS|EPOCH/.test(text)) shell.nowMs = yield* nowMs()
  try {
    return evaluateArithmetic(text, arithmeticNames(shell))
  } catch (error) {
    if (error instanceof ArithmeticError)
      throw new ShellError(arithmeticMessage(shell, text, error.message), shell.flavour === 'bash' ? 1 : 2)
    throw error
  }
}

function arithmeticMessage(shell: Shell, text: string, problem: string): string {
  if (shell.flavour === 'bash') return `${text.trimStart()}: ${problem}`
  const division = problem.startsWith('division by 0')
  if (shell.flavour === 'busybox') return division ? 'divide by zero' : 'arithmetic syntax error'
  return `arithmetic expression: ${division ? 'division by zero' : 'expecting primary'}: "${text.trim()}"`
}

const partsByText = new Map<string, readonly WordPart[]>()

/** Text seen as the inside of double quotes. */
function quotedParts(source: string): readonly WordPart[] {
  let parts = partsByText.get(source)
  if (!parts) {
    if (partsByText.size > 500) partsByText.clear()
    const script = parse(`: <<END_OF_EXPRESSION\n${source}\nEND_OF_EXPRESSION\n`)
    const command = script.commands[0]?.command
    const doc = command?.type === 'Command' ? command.redirects[0] : undefined
    const text =
      doc?.type === 'HereDoc'
        ? (doc.body.parts ?? [{ type: 'Literal', value: doc.body.text, text: doc.body.text, pos: 0, end: 0 } as const])
        : []
    parts = text.map((part, i) =>
      i === text.length - 1 && part.type === 'Literal' ? { ...part, value: part.value.replace(/\n$/, '') } : part,
    )
    partsByText.set(source, parts)
  }
  return parts
}

const braced = new WeakMap<Word, readonly Word[]>()

function bracesOf(word: Word): readonly Word[] {
  if (!word.parts?.some((part) => part.type === 'BraceExpansion')) return [word]
  let words = braced.get(word)
  if (!words) {
    words = expandBraces(word.text).flatMap((text) => {
      const command = parse(`: ${text}`).commands[0]?.command
      return command?.type === 'Command' ? command.args.filter((argument) => argument.type === 'Word') : []
    })
    braced.set(word, words)
  }
  return words
}

const separatorsOf = (shell: Shell) => textOf(lookUp(shell.variables, 'IFS')) ?? ' \t\n'

function finished(builder: Builder): Field[] {
  if (builder.current) builder.fields.push(builder.current)
  builder.current = undefined
  return builder.fields
}

const field = (builder: Builder): Field => (builder.current ??= { text: '', pattern: '' })

export function addQuoted(builder: Builder, text: string): void {
  const current = field(builder)
  current.text += text
  current.pattern += escapePattern(text)
}

/** Unquoted source text: a backslash quotes what follows it. */
function addLiteral(builder: Builder, raw: string): void {
  const current = field(builder)
  for (let i = 0; i < raw.length; i++) {
    if (raw[i] !== '\\') {
      current.text += raw[i]!
      current.pattern += raw[i]!
    } else if (raw[++i] !== '\n') {
      current.text += raw[i] ?? '\\'
      current.pattern += escapePattern(raw[i] ?? '\\')
    }
  }
}

/** The result of an unquoted expansion: split where separators stand. */
export function addSplit(builder: Builder, text: string): void {
  const { separators } = builder
  if (!separators || text === '') {
    if (text === '') return
    const current = field(builder)
    current.text += text
    current.pattern += text
    return
  }
  const isSeparator = (c: string | undefined) => c !== undefined && separators.includes(c)
  const isBlank = (c: string | undefined) => isSeparator(c) && /[ \t\n]/.test(c!)
  for (let i = 0; i < text.length;) {
    if (!isSeparator(text[i])) {
      let end = i + 1
      while (end < text.length && !isSeparator(text[end])) end++
      const current = field(builder)
      current.text += text.slice(i, end)
      current.pattern += text.slice(i, end)
      i = end
      continue
    }
    let hard = false
    while (isBlank(text[i])) i++
    if (isSeparator(text[i])) {
      hard = true
      i++
      while (isBlank(text[i])) i++
    }
    if (builder.current || hard) builder.fields.push(field(builder))
    builder.current = undefined
  }
}

/** Ends the current field even if it is empty: between the elements of `"$@"`. */
export function nextField(builder: Builder): void {
  builder.fields.push(field(builder))
  builder.current = undefined
}

/** Adds a word's parts. `tildes`: where a tilde means a home directory. */
export function* addWord(shell: Shell, builder: Builder, word: Word, tildes: 'word' | 'assignment' | 'none', quoted = false): Proc {
  const parts: readonly WordPart[] = word.parts ?? [{ type: 'Literal', text: word.text, value: word.value, pos: word.pos, end: word.end }]
  for (const [i, part] of parts.entries()) {
    if (part.type !== 'Literal' || quoted) yield* addPart(shell, builder, part, quoted)
    else if (tildes !== 'none' && part.text.includes('~'))
      addLiteralWithTildes(shell, builder, part.text, i === 0, tildes === 'assignment', i === parts.length - 1)
    else addLiteral(builder, part.text)
  }
}

function addLiteralWithTildes(shell: Shell, builder: Builder, raw: string, first: boolean, afterColons: boolean, last: boolean): void {
  // In a word like `a=~/x` the tilde stands after the sign.
  const pieces = afterColons ? raw.split(/(?<=:)|(?<=^[A-Za-z_]\w*=)/) : [raw]
  for (const [i, piece] of pieces.entries()) {
    const prefix = first || i > 0 ? /^~([A-Za-z0-9._-]*|\+)(?=\/|:|$)/.exec(piece) : null
    const whole = prefix && (prefix[0].length < piece.length || last)
    const home = whole ? homeOf(shell, prefix[1]!) : undefined
    if (home === undefined || !prefix) addLiteral(builder, piece)
    else {
      addQuoted(builder, home)
      addLiteral(builder, piece.slice(prefix[0].length))
    }
  }
}

function homeOf(shell: Shell, user: string): string | undefined {
  if (user === '') return textOf(lookUp(shell.variables, 'HOME')) ?? (shell.self.uid === 0 ? '/root' : `/home/${shell.self.user}`)
  if (user === '+') return shell.cwd
  if (user === '-') return textOf(lookUp(shell.variables, 'OLDPWD'))
  return user === 'root' ? '/root' : user === shell.self.user ? (textOf(lookUp(shell.variables, 'HOME')) ?? `/home/${user}`) : undefined
}

export function* addPart(shell: Shell, builder: Builder, part: WordPart, quoted: boolean): Proc {
  switch (part.type) {
    case 'Literal':
      return quoted ? addQuoted(builder, part.value) : addLiteral(builder, part.text)
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      return addQuoted(builder, part.value)
    case 'DoubleQuoted':
    case 'LocaleString': {
      // `"$@"` without arguments is nothing at all; every other quoted string is at least an empty word.
      const elements = part.parts.length === 1 && isAllElements(part.parts[0]!)
      if (!elements) field(builder)
      for (const inner of part.parts) yield* addPart(shell, builder, inner, true)
      return
    }
    case 'SimpleExpansion':
    case 'ParameterExpansion':
      return yield* expandParameter(shell, builder, part, quoted)
    case 'CommandExpansion': {
      const text = yield* substitute(shell, part)
      return quoted ? addQuoted(builder, text) : addSplit(builder, text)
    }
    case 'ArithmeticExpansion': {
      const text = String(yield* expandArithmetic(shell, arithmeticSource(part)))
      return quoted ? addQuoted(builder, text) : addSplit(builder, text)
    }
    case 'ProcessSubstitution':
      refuseToken(shell, '(')
      return addQuoted(builder, yield* substituteProcess(shell, part))
    case 'Glob':
    case 'ExtendedGlob':
    case 'BraceExpansion': {
      if (!part.parts?.some((inner) => inner.type !== 'Literal' && inner.type !== 'Glob') || part.type === 'BraceExpansion')
        return addLiteral(builder, part.text)
      const [open, end] = part.type === 'Glob' ? ['[', ']'] : [`${part.operator}(`, ')']
      addLiteral(builder, open)
      for (const inner of part.parts) yield* addPart(shell, builder, inner, quoted)
      return addLiteral(builder, end)
    }
  }
}

const isAllElements = (part: WordPart) =>
  (part.type === 'SimpleExpansion' && part.text === '$@') ||
  (part.type === 'ParameterExpansion' &&
    (part.parameter === '@' || part.index?.text === '@') &&
    part.prefix !== '#' &&
    part.operation?.type !== 'Default') ||
  (part.type === 'ParameterExpansion' && part.operation?.type === 'Names' && part.operation.operator === '@')

const arithmeticSource = ({ text }: ArithmeticExpansionPart) => (text.startsWith('$[') ? text.slice(2, -1) : text.slice(3, -2))

/** `$(…)`: what the commands print, without the newlines at its end. */
function* substitute(shell: Shell, part: CommandExpansionPart): Proc<string> {
  const { script } = part
  if (!script || script.commands.length === 0) {
    shell.substitutionStatus = 0
    return ''
  }
  const command = script.commands[0]!.command
  if (
    script.commands.length === 1 &&
    command.type === 'Command' &&
    !command.name &&
    command.prefix.length === 1 &&
    command.prefix[0]!.type === 'Redirect' &&
    command.prefix[0].operator === '<'
  ) {
    return yield* readWhole(shell, yield* expandText(shell, command.prefix[0].target))
  }
  const unit: Unit = script.source === undefined ? shell.unit : { source: script.source, script, firstLine: shell.line }
  const [from, to] = yield* pipe()
  const pid = yield* shell.fork(
    shell,
    function* (child) {
      child.unit = unit
      yield* child.run(child, script.commands)
    },
    { io: new Map(shell.io).set(1, to), command: part.text, substitution: true },
  )
  yield* close(to)
  const text = yield* outputOf(from)
  yield* close(from)
  shell.status = shell.substitutionStatus = (yield* wait(pid)).code
  return text.replace(/\n+$/, '').replaceAll('\0', '')
}

/** All that a substituted command prints, as long as a shell can hold it. */
function* outputOf(fd: number): Proc<string> {
  try {
    return yield* readAll(fd)
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'ENOMEM') throw error
    yield* close(fd) // whoever writes gets SIGPIPE
    throw new ShellError('command substitution: cannot allocate memory', 2, 'line')
  }
}

function* readWhole(shell: Shell, path: string): Proc<string> {
  try {
    return (yield* readFile(path)).replace(/\n+$/, '')
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    shell.substitutionStatus = 1
    throw new ShellError(`${path}: ${error.message}`, 1, 'command')
  }
}

/** `<(…)`: a descriptor, as a path. */
function* substituteProcess(shell: Shell, part: Extract<WordPart, { type: 'ProcessSubstitution' }>): Proc<string> {
  const [from, to] = yield* pipe()
  const [mine, theirs, at] = part.operator === '<' ? [from, to, 1] : [to, from, 0]
  const pid = yield* shell.fork(
    shell,
    function* (child) {
      yield* child.run(child, part.script?.commands ?? [])
    },
    { io: new Map(shell.io).set(at, theirs), command: part.text, substitution: true },
  )
  yield* close(theirs)
  let number = 63
  while (shell.io.has(number)) number--
  shell.io.set(number, mine)
  shell.substitutions.push({ fd: number, pid })
  return `/dev/fd/${number}`
}
