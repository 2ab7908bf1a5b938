import { sleep, useCpu, write } from '../../node/os/calls'
import { posixRegex } from './regex'
import { ToolError, linesOf, readInputs, tool } from './tool'

/** Tools that calculate: expr, bc, factor, and the one thing everybody runs perl for here. */

export const expr = tool(function* (_context, args) {
  let at = 0
  const integer = (text: string) => {
    if (!/^-?\d+$/.test(text)) throw new ToolError('non-integer argument', 2)
    return BigInt(text)
  }
  const truthy = (text: string) => text !== '' && !/^-?0+$/.test(text)
  const missing = () =>
    new ToolError(
      at > 0 ? `syntax error: missing argument after ‘${args[at - 1]}’` : `missing operand\nTry 'expr --help' for more information.`,
      2,
    )
  const binary =
    (operators: readonly string[], next: () => string, apply: (operator: string, left: string, right: string) => string) => () => {
      let left = next()
      while (operators.includes(args[at] ?? '')) left = apply(args[at++]!, left, next())
      return left
    }
  const primary = (): string => {
    const word = args[at++]
    if (word === undefined) {
      at--
      throw missing()
    }
    if (word === '(') {
      const value = or()
      if (args[at++] !== ')') throw new ToolError(`syntax error: expecting ')' after ‘${args[at - 2]}’`, 2)
      return value
    }
    if (word === 'length' && at < args.length) return String([...primary()].length)
    if (word === 'substr' && at < args.length) {
      const [text, from, count] = [primary(), Number(primary()), Number(primary())]
      return [...text].slice(from - 1, from - 1 + count).join('')
    }
    if (word === 'index' && at < args.length) {
      const [text, set] = [primary(), primary()]
      return String([...text].findIndex((c) => set.includes(c)) + 1)
    }
    if (word === 'match' && at < args.length) return matched(primary(), primary())
    return word
  }
  const matched = (text: string, pattern: string) => {
    const regex = posixRegex(pattern.startsWith('^') ? pattern : `^${pattern}`, { extended: false })
    const match = regex.exec(text)
    return /\\\(/.test(pattern) ? (match?.[1] ?? '') : String(match ? match[0].length : 0)
  }
  const colon = binary([':'], primary, (_, left, right) => matched(left, right))
  const product = binary(['*', '/', '%'], colon, (operator, left, right) => {
    const [a, b] = [integer(left), integer(right)]
    if (operator !== '*' && b === 0n) throw new ToolError('division by zero', 2)
    return String(operator === '*' ? a * b : operator === '/' ? a / b : a % b)
  })
  const sum = binary(['+', '-'], product, (operator, left, right) =>
    String(operator === '+' ? integer(left) + integer(right) : integer(left) - integer(right)),
  )
  const comparison = binary(['=', '==', '!=', '<', '<=', '>', '>='], sum, (operator, left, right) => {
    const numeric = /^-?\d+$/.test(left) && /^-?\d+$/.test(right)
    const order = numeric
      ? BigInt(left) < BigInt(right)
        ? -1
        : BigInt(left) > BigInt(right)
          ? 1
          : 0
      : left < right
        ? -1
        : left > right
          ? 1
          : 0
    const holds = {
      '=': order === 0,
      '==': order === 0,
      '!=': order !== 0,
      '<': order < 0,
      '<=': order <= 0,
      '>': order > 0,
      '>=': order >= 0,
    }[operator]
    return holds ? '1' : '0'
  })
  const and = binary(['&'], comparison, (_, left, right) => (truthy(left) && truthy(right) ? left : '0'))
  const or = binary(['|'], and, (_, left, right) => (truthy(left) ? left : truthy(right) ? right : '0'))
  const value = or()
  if (at < args.length) throw new ToolError(`syntax error: unexpected argument ‘${args[at]}’`, 2)
  yield* write(1, `${value}\n`)
  return truthy(value) ? 0 : 1
})

export const factor = tool(function* (context, args) {
  const words = args.length > 0 ? args : (yield* readInputs(context, [])).text.split(/\s+/).filter(Boolean)
  for (const word of words) {
    if (!/^\d{1,15}$/.test(word)) throw new ToolError(`‘${word}’ is not a valid positive integer`)
    let rest = Number(word)
    const found: number[] = []
    for (let divisor = 2; divisor * divisor <= rest; divisor++) {
      while (rest % divisor === 0) {
        found.push(divisor)
        rest /= divisor
      }
      if (divisor % 100_000 === 0) yield* useCpu(5)
    }
    if (rest > 1) found.push(rest)
    yield* write(1, `${word}:${found.map((one) => ` ${one}`).join('')}\n`)
  }
  return 0
})

/** bc: arithmetic with `scale`, variables, comparisons; no functions of one's own. */
export const bc = tool(function* (context, args) {
  const files = args.filter((argument) => !argument.startsWith('-'))
  const { text } = yield* readInputs(context, files)
  let scale = args.some((argument) => /^-\w*l/.test(argument)) ? 20 : 0
  const variables = new Map<string, Decimal>()
  for (const line of linesOf(text)
    .flatMap((one) => one.replace(/#.*/, '').split(';'))
    .map((one) => one.trim())
    .filter(Boolean)) {
    if (/^(?:quit|halt)$/.test(line)) break
    try {
      const assignment = /^([a-z]\w*)\s*=(?!=)\s*(.*)$/.exec(line)
      const value = evaluateBc(assignment ? assignment[2]! : line, variables, scale)
      if (assignment?.[1] === 'scale') scale = Number(value.digits)
      else if (assignment) variables.set(assignment[1]!, value)
      else yield* write(1, `${showDecimal(value)}\n`)
    } catch (error) {
      if (!(error instanceof ToolError)) throw error
      yield* write(2, context.busybox ? `bc: ${error.message}\n` : `${error.message}\n`)
    }
  }
  return 0
})

/** A number of `scale` decimals. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

const shift = ({ digits, scale }: Decimal, to: number): bigint =>
  to >= scale ? digits * 10n ** BigInt(to - scale) : digits / 10n ** BigInt(scale - to)

function showDecimal({ digits, scale }: Decimal): string {
  const negative = digits < 0n
  const text = String(negative ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  if (digits === 0n) return '0'
  return `${negative ? '-' : ''}${scale > 0 ? `${whole === '0' ? '' : whole}.${text.slice(text.length - scale)}` : whole}`
}

function evaluateBc(source: string, variables: ReadonlyMap<string, Decimal>, scale: number): Decimal {
  const tokens = source.match(/\d*\.\d+|\d+\.?|[a-z]\w*|[<>=!]=|&&|\|\||[-+*/%^()<>!]/g) ?? []
  let at = 0
  const bad = () => new ToolError('(standard_in) 1: syntax error')
  const primary = (): Decimal => {
    const token = tokens[at++]
    if (token === undefined) throw bad()
    if (token === '(') {
      const value = comparison()
      if (tokens[at++] !== ')') throw bad()
      return value
    }
    if (token === '-') {
      const value = power()
      return { ...value, digits: -value.digits }
    }
    if (/^[\d.]/.test(token)) {
      const [whole, decimals = ''] = token.split('.')
      return { digits: BigInt(`${whole || '0'}${decimals}`), scale: decimals.length }
    }
    if (token === 'sqrt' && tokens[at] === '(') {
      const value = primary()
      const to = Math.max(scale, value.scale)
      if (value.digits < 0n) throw new ToolError('Runtime error (func=(main), adr=3): Square root of a negative number')
      const target = shift(value, to * 2)
      let root = BigInt(Math.floor(Math.sqrt(Number(target))))
      for (let i = 0; i < 200 && !(root * root <= target && (root + 1n) * (root + 1n) > target); i++)
        root = (root + target / (root || 1n)) / 2n
      return { digits: root, scale: to }
    }
    if (token === 'scale') return { digits: BigInt(scale), scale: 0 }
    if (/^[a-z]/.test(token)) return variables.get(token) ?? { digits: 0n, scale: 0 }
    throw bad()
  }
  const power = (): Decimal => {
    const base = primary()
    if (tokens[at] !== '^') return base
    at++
    const exponent = power()
    const times = Number(shift(exponent, 0))
    if (Math.abs(times) > 10_000) throw new ToolError('Runtime error (func=(main), adr=5): exponent too large in raise')
    const digits = base.digits ** BigInt(Math.abs(times))
    const natural = base.scale * Math.abs(times)
    const kept = Math.min(natural, Math.max(scale, base.scale))
    if (times < 0) return { digits: 10n ** BigInt(scale + natural) / digits, scale }
    return { digits: shift({ digits, scale: natural }, kept), scale: kept }
  }
  const product = (): Decimal => {
    let left = power()
    while (['*', '/', '%'].includes(tokens[at] ?? '')) {
      const operator = tokens[at++]!
      const right = power()
      if (operator === '*') {
        const natural = left.scale + right.scale
        const kept = Math.min(natural, Math.max(scale, left.scale, right.scale))
        left = { digits: shift({ digits: left.digits * right.digits, scale: natural }, kept), scale: kept }
        continue
      }
      if (right.digits === 0n) throw new ToolError('Runtime error (func=(main), adr=5): Divide by zero')
      const quotient: Decimal = { digits: shift(left, scale + right.scale) / right.digits, scale }
      if (operator === '/') left = quotient
      else {
        const to = Math.max(left.scale, scale + right.scale)
        left = {
          digits: shift(left, to) - shift({ digits: quotient.digits * right.digits, scale: quotient.scale + right.scale }, to),
          scale: to,
        }
      }
    }
    return left
  }
  const sum = (): Decimal => {
    let left = product()
    while (tokens[at] === '+' || tokens[at] === '-') {
      const operator = tokens[at++]
      const right = product()
      const to = Math.max(left.scale, right.scale)
      left = { digits: operator === '+' ? shift(left, to) + shift(right, to) : shift(left, to) - shift(right, to), scale: to }
    }
    return left
  }
  const comparison = (): Decimal => {
    const left = sum()
    const operator = tokens[at]
    if (!operator || !/^(?:[<>=!]=|[<>])$/.test(operator)) return left
    at++
    const right = sum()
    const to = Math.max(left.scale, right.scale)
    const [a, b] = [shift(left, to), shift(right, to)]
    const holds = { '<': a < b, '<=': a <= b, '>': a > b, '>=': a >= b, '==': a === b, '!=': a !== b }[operator]
    return { digits: holds ? 1n : 0n, scale: 0 }
  }
  const value = comparison()
  if (at < tokens.length) throw bad()
  return value
}

/** π to `digits` digits in all, rounded, by Machin's formula in whole numbers. */
export function piDigits(digits: number): string {
  const guard = 10
  const unit = 10n ** BigInt(digits + guard)
  const arctanOfInverse = (x: bigint) => {
    let power = unit / x
    let total = power
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
      power /= x * x
      total += (sign * power) / n
    }
    return total
  }
  const pi = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n))
  const scale = 10n ** BigInt(guard + 1)
  const rounded = String((pi + scale / 2n) / scale)
  return digits <= 1 ? '3' : `3.${rounded.slice(1, digits)}`
}

const MAX_PI_DIGITS = 20_000

/** perl, as far as `perl -Mbignum=bpi -wle 'print bpi(2000)'` and plain one-line prints go. */
export const perl = tool(function* (_context, args) {
  const at = args.findIndex((argument) => /^-\w*e$/.test(argument) && !argument.startsWith('-M'))
  const program = at >= 0 ? args[at + 1] : undefined
  const newline = args.some((argument) => /^-\w*l\w*$/.test(argument) && !argument.startsWith('-M')) ? '\n' : ''
  if (args.includes('-v') || args.includes('--version')) {
    yield* write(1, '\nThis is perl 5, version 34 (a part of it only)\n')
    return 0
  }
  const pi = /^\s*print\s+bpi\(\s*(\d+)\s*\)\s*;?\s*$/.exec(program ?? '')
  if (pi) {
    const digits = Math.min(Number(pi[1]), MAX_PI_DIGITS)
    // A real perl needs seconds for thousands of digits.
    yield* useCpu(digits * digits * 0.001)
    yield* write(1, piDigits(digits) + newline)
    return 0
  }
  const printed = /^\s*print\s+(?:"((?:[^"\\$@]|\\.)*)"|'([^']*)'|(\d+))\s*;?\s*$/.exec(program ?? '')
  if (printed) {
    yield* write(
      1,
      (printed[1]?.replace(/\\n/g, '\n').replace(/\\t/g, '\t').replace(/\\(.)/g, '$1') ?? printed[2] ?? printed[3]!) + newline,
    )
    return 0
  }
  const pause = /^\s*sleep\s+(\d+)\s*;?\s*$/.exec(program ?? '')
  if (pause) {
    yield* sleep(Number(pause[1]) * 1000)
    return 0
  }
  const given = /^\s*exit\s+(\d+)\s*;?\s*$/.exec(program ?? '')
  if (given) return Number(given[1])
  yield* write(
    2,
    `perl: only \`print bpi(N)', plain prints, sleep and exit can be run here${program === undefined ? '' : `, not: ${program}`}\n`,
  )
  return 2
})
