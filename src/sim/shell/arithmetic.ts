/** Arithmetic of `$(( ))`, `(( ))`, subscripts: C's expressions over 64-bit integers. */
export interface Names {
  /** Text of a variable or element, '' when unset. */
  get(name: string, subscript: string | undefined): string
  set(name: string, subscript: string | undefined, value: string): void
}

/** A mistake in an expression; the message is what bash prints after the expression. */
export class ArithmeticError extends Error {}

type Token = {
  readonly kind: 'number' | 'name' | 'operator' | 'end'
  readonly text: string
  readonly at: number
  readonly subscript?: string
}

const operators = /^(?:<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()])/

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const rest = text.slice(at)
    const space = /^\s+/.exec(rest)
    if (space) {
      at += space[0].length
      continue
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|\d+#[0-9a-zA-Z@_]+|\d\w*)/.exec(rest)
    const name = number ? undefined : /^[A-Za-z_]\w*/.exec(rest)
    const operator = number || name ? undefined : operators.exec(rest)
    if (number) tokens.push({ kind: 'number', text: number[0], at })
    else if (name) {
      let end = at + name[0].length
      let subscript: string | undefined
      if (text[end] === '[') {
        const close = closing(text, end)
        subscript = text.slice(end + 1, close)
        end = close + 1
      }
      tokens.push({ kind: 'name', text: name[0], at, subscript })
      at = end
      continue
    } else if (operator) tokens.push({ kind: 'operator', text: operator[0], at })
    else throw new ArithmeticError(`syntax error: invalid arithmetic operator (error token is "${rest}")`)
    at += (number ?? operator)![0].length
  }
  tokens.push({ kind: 'end', text: '', at: text.length })
  return tokens
}

function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '[') depth++
    else if (text[i] === ']' && --depth === 0) return i
  }
  throw new ArithmeticError(`bad array subscript`)
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
]
const assigning = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|='])
const wrap = (value: bigint) => BigInt.asIntN(64, value)

/** The value of an expression (already expanded: no `$`). Throws ArithmeticError. */
export function evaluateArithmetic(text: string, names: Names, depth = 0): bigint {
  if (depth > 64) throw new ArithmeticError('expression recursion level exceeded')
  const plain = /^\s*(-?(?:0|[1-9]\d{0,15}))\s*$/.exec(text)
  if (plain) return BigInt(plain[1]!)
  if (/^\s*$/.test(text)) return 0n
  const tokens = tokenize(text)
  let position = 0
  /** Above 0 in the branch not taken: nothing is assigned, nothing divided. */
  let skipping = 0

  const peek = () => tokens[position]!
  const next = () => tokens[position++]!
  const is = (operator: string) => peek().kind === 'operator' && peek().text === operator
  const rest = (token = peek()) => text.slice(token.at)
  const expectOperand = () => new ArithmeticError(`syntax error: operand expected (error token is "${rest()}")`)

  function numberOf(token: Token): bigint {
    const based = /^(\d+)#(\w+)$/.exec(token.text)
    const [digits, base] = based
      ? [based[2]!, Number(based[1])]
      : /^0[xX]/.test(token.text)
        ? [token.text.slice(2), 16]
        : /^0\d/.test(token.text)
          ? [token.text.slice(1), 8]
          : [token.text, 10]
    let value = 0n
    for (const digit of digits) {
      const worth = /\d/.test(digit)
        ? Number(digit)
        : /[a-z]/.test(digit)
          ? digit.charCodeAt(0) - 87
          : digit.charCodeAt(0) - (base <= 36 ? 55 : 29)
      if (worth >= base) throw new ArithmeticError(`${token.text}: value too great for base (error token is "${token.text}")`)
      value = value * BigInt(base) + BigInt(worth)
    }
    return wrap(value)
  }

  const valueOf = (token: Token): bigint => {
    const held = names.get(token.text, token.subscript)
    return held === '' ? 0n : evaluateArithmetic(held, names, depth + 1)
  }
  const assign = (token: Token, value: bigint): bigint => {
    if (skipping === 0) names.set(token.text, token.subscript, String(value))
    return value
  }

  function primary(): bigint {
    const token = next()
    if (token.kind === 'number') return numberOf(token)
    if (token.kind === 'name') {
      if (is('++') || is('--')) {
        const old = valueOf(token)
        assign(token, wrap(next().text === '++' ? old + 1n : old - 1n))
        return old
      }
      return valueOf(token)
    }
    if (token.text === '(') {
      const value = comma()
      if (!is(')')) throw new ArithmeticError(`syntax error: missing \`)' (error token is "${rest()}")`)
      next()
      return value
    }
    position--
    throw expectOperand()
  }

  function unary(): bigint {
    const token = peek()
    if (token.kind !== 'operator') return primary()
    if (token.text === '++' || token.text === '--') {
      const target = tokens[position + 1]!
      if (target.kind === 'name') {
        position += 2
        return assign(target, wrap(valueOf(target) + (token.text === '++' ? 1n : -1n)))
      }
    }
    if (!['+', '-', '!', '~', '++', '--'].includes(token.text)) return primary()
    next()
    const value = unary()
    if (token.text === '-') return wrap(-value)
    if (token.text === '!') return value === 0n ? 1n : 0n
    return token.text === '~' ? ~value : value
  }

  function power(): bigint {
    const base = unary()
    if (!is('**')) return base
    next()
    const exponent = power()
    if (exponent < 0n) throw new ArithmeticError(`exponent less than 0 (error token is "${rest()}")`)
    return wrap(base ** (exponent > 4096n ? 4096n : exponent))
  }

  function apply(operator: string, a: bigint, b: bigint): bigint {
    switch (operator) {
      case '+':
        return a + b
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
      case '%':
        if (b === 0n) {
          if (skipping > 0) return 0n
          throw new ArithmeticError(`division by 0 (error token is "${rest(tokens[position - 1])}")`)
        }
        return operator === '/' ? a / b : a % b
      case '<<':
        return a << (b & 63n)
      case '>>':
        return a >> (b & 63n)
      case '&':
        return a & b
      case '^':
        return a ^ b
      case '|':
        return a | b
      case '<':
        return a < b ? 1n : 0n
      case '>':
        return a > b ? 1n : 0n
      case '<=':
        return a <= b ? 1n : 0n
      case '>=':
        return a >= b ? 1n : 0n
      case '==':
        return a === b ? 1n : 0n
      default:
        return a !== b ? 1n : 0n
    }
  }

  function binary(level: number): bigint {
    if (level === levels.length) return power()
    let left = binary(level + 1)
    while (peek().kind === 'operator' && levels[level]!.includes(peek().text)) {
      const operator = next().text
      if (operator === '&&' || operator === '||') {
        const decided = operator === '&&' ? left === 0n : left !== 0n
        if (decided) skipping++
        const right = binary(level + 1)
        if (decided) skipping--
        left = operator === '&&' ? (left !== 0n && right !== 0n ? 1n : 0n) : left !== 0n || right !== 0n ? 1n : 0n
      } else left = wrap(apply(operator, left, binary(level + 1)))
    }
    return left
  }

  function ternary(): bigint {
    const test = binary(0)
    if (!is('?')) return test
    next()
    if (test === 0n) skipping++
    const yes = comma()
    if (test === 0n) skipping--
    if (!is(':')) throw new ArithmeticError(`\`:' expected for conditional expression (error token is "${rest()}")`)
    next()
    if (test !== 0n) skipping++
    const no = assignment()
    if (test !== 0n) skipping--
    return test !== 0n ? yes : no
  }

  function assignment(): bigint {
    const target = peek()
    const operator = tokens[position + 1]
    if (target.kind === 'name' && operator?.kind === 'operator' && assigning.has(operator.text)) {
      position += 2
      const right = assignment()
      return assign(target, operator.text === '=' ? right : wrap(apply(operator.text.slice(0, -1), valueOf(target), right)))
    }
    const value = ternary()
    if (peek().kind === 'operator' && assigning.has(peek().text))
      throw new ArithmeticError(`attempted assignment to non-variable (error token is "${rest()}")`)
    return value
  }

  function comma(): bigint {
    let value = assignment()
    while (is(',')) {
      next()
      value = assignment()
    }
    return value
  }

  const value = comma()
  if (peek().kind !== 'end') throw new ArithmeticError(`syntax error in expression (error token is "${rest()}")`)
  return value
}
