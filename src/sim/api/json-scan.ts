/** What a scan of a JSON text found. */
export interface JsonScan {
  /** Why the text is no JSON, in the words of Go's encoding/json. */
  readonly problem?: string
  /** Paths of keys that an object has twice: `spec.containers[0].image`. */
  readonly duplicates: readonly string[]
}

/** Deeper nesting is refused. (Go's decoder allows 10,000 levels; nothing real has more than a few dozen.) */
const MAX_DEPTH = 1000

interface Container {
  /** Undefined for an array. */
  readonly keys: Set<string> | undefined
  readonly path: string
  index: number
  key: string
}

class Problem extends Error {}

/**
 * Reads a JSON text without making anything of it: for the error that Go would report, and for keys given twice, which JavaScript's own
 * parser passes over in silence. Takes time in proportion to the text and no stack.
 */
export function scanJson(text: string): JsonScan {
  const duplicates: string[] = []
  try {
    new Scanner(text, duplicates).run()
    return { duplicates }
  } catch (error) {
    if (error instanceof Problem) return { problem: error.message, duplicates }
    throw error
  }
}

/** The one place where a cursor moves through a text, so the one class. */
class Scanner {
  private at = 0
  private readonly open: Container[] = []

  constructor(
    private readonly text: string,
    private readonly duplicates: string[],
  ) {}

  run() {
    this.value('looking for beginning of value')
    while (this.open.length > 0) {
      const top = this.open.at(-1)!
      if (top.keys) this.member(top, top.keys)
      else this.element(top)
    }
    this.space()
    if (this.at < this.text.length) this.fail('after top-level value')
  }

  private member(top: Container, keys: Set<string>) {
    this.space()
    const first = top.index === 0
    if (this.peek() === '}' && first) return this.close()
    if (!first) {
      if (this.peek() === '}') return this.close()
      if (this.peek() !== ',') this.fail('after object key:value pair')
      this.at++
      this.space()
    }
    if (this.peek() !== '"') this.fail('looking for beginning of object key string')
    top.index++
    top.key = this.string()
    if (keys.has(top.key)) this.duplicates.push(pathOf(top))
    keys.add(top.key)
    this.space()
    if (this.peek() !== ':') this.fail('after object key')
    this.at++
    this.value('looking for beginning of value')
  }

  private element(top: Container) {
    this.space()
    if (this.peek() === ']') return this.close()
    if (top.index > 0) {
      if (this.peek() !== ',') this.fail('after array element')
      this.at++
    }
    top.index++
    this.value('looking for beginning of value')
  }

  private close() {
    this.at++
    this.open.pop()
  }

  private value(where: string) {
    this.space()
    const character = this.peek()
    if (character === '{' || character === '[') return this.enter(character === '{')
    if (character === '"') return void this.string()
    if (character === 't') return this.literal('true')
    if (character === 'f') return this.literal('false')
    if (character === 'n') return this.literal('null')
    if (character === '-' || isDigit(character)) return this.number()
    this.fail(where)
  }

  private enter(isObject: boolean) {
    if (this.open.length >= MAX_DEPTH) throw new Problem('exceeded max depth')
    const top = this.open.at(-1)
    this.open.push({ keys: isObject ? new Set() : undefined, path: top ? pathOf(top) : '', index: 0, key: '' })
    this.at++
  }

  private literal(word: string) {
    for (let i = 0; i < word.length; i++) {
      if (this.peek() !== word[i]) this.fail(`in literal ${word} (expecting '${word[i]}')`)
      this.at++
    }
  }

  private number() {
    if (this.peek() === '-') this.at++
    if (!isDigit(this.peek())) this.fail('in numeric literal')
    if (this.peek() === '0') this.at++
    else this.digits()
    if (this.peek() === '.') {
      this.at++
      if (!isDigit(this.peek())) this.fail('after decimal point in numeric literal')
      this.digits()
    }
    if (this.peek() === 'e' || this.peek() === 'E') {
      this.at++
      if (this.peek() === '+' || this.peek() === '-') this.at++
      if (!isDigit(this.peek())) this.fail('in exponent of numeric literal')
      this.digits()
    }
  }

  private digits() {
    while (isDigit(this.peek())) this.at++
  }

  private string(): string {
    const start = this.at++
    for (;;) {
      const character = this.peek()
      if (character === '"') break
      if (character === undefined || character < ' ') this.fail('in string literal')
      this.at++
      if (character === '\\') this.escape()
    }
    this.at++
    return JSON.parse(this.text.slice(start, this.at)) as string // just seen to be a string
  }

  private escape() {
    const character = this.peek()
    if (character === undefined || !'"\\/bfnrtu'.includes(character)) this.fail('in string escape code')
    this.at++
    if (character !== 'u') return
    for (let i = 0; i < 4; i++) {
      if (!/[0-9a-fA-F]/.test(this.peek() ?? '')) this.fail('in \\u hexadecimal character escape')
      this.at++
    }
  }

  private space() {
    while (this.at < this.text.length && ' \t\n\r'.includes(this.text[this.at]!)) this.at++
  }

  private peek(): string | undefined {
    return this.text[this.at]
  }

  private fail(where: string): never {
    const character = this.peek()
    if (character === undefined) throw new Problem('unexpected end of JSON input')
    const shown = character === "'" ? "'\\''" : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`
    throw new Problem(`invalid character ${shown} ${where}`)
  }
}

const isDigit = (character: string | undefined) => character !== undefined && character >= '0' && character <= '9'

const pathOf = ({ keys, path, key, index }: Container) => (keys ? (path ? `${path}.${key}` : key) : `${path}[${index - 1}]`)
