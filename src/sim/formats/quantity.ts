/** How a quantity was written, which is how it is written back: `1Gi`, `1G`, or `1e9`. */
export type QuantityFormat = 'BinarySI' | 'DecimalSI' | 'DecimalExponent'

/** An amount of a resource, exact: whole billionths, as `resource.Quantity` keeps nothing smaller. */
export interface Quantity {
  readonly nano: bigint
  readonly format: QuantityFormat
}

const NANO = 1_000_000_000n
const MILLI = 1_000_000n
/** No quantity is larger: larger numbers are cut to this when read. */
const MAX_NANO = (2n ** 63n - 1n) * NANO

const FORMAT_WRONG = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const NUMERIC_WRONG = 'unable to parse numeric part of quantity'
const SUFFIX_WRONG = "unable to parse quantity's suffix"

const DECIMAL_SUFFIXES: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 }
const BINARY_SUFFIXES: Readonly<Record<string, number>> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 }
const DECIMAL_SUFFIX_OF = new Map(Object.entries(DECIMAL_SUFFIXES).map(([suffix, exponent]) => [exponent, suffix]))
const BINARY_SUFFIX_OF = ['', ...Object.keys(BINARY_SUFFIXES)]

/** Quantities repeat endlessly (every pod asks for `100m`), so what was read once is remembered. */
const known = new Map<string, Quantity | string>()
const KNOWN_LIMIT = 5000

/** Reads a quantity such as `100m`, `1.5Gi` or `2e3`; undefined when it is none. See `resource.ParseQuantity`. */
export function parseQuantity(text: string): Quantity | undefined {
  const read = readOnce(text)
  return typeof read === 'string' ? undefined : read
}

/** Why a text is no quantity, in a real server's words; undefined when it is one. */
export function quantityError(text: string): string | undefined {
  const read = readOnce(text)
  return typeof read === 'string' ? read : undefined
}

function readOnce(text: string): Quantity | string {
  let read = known.get(text)
  if (read === undefined) {
    read = readQuantity(text)
    if (known.size >= KNOWN_LIMIT) known.clear()
    known.set(text, read)
  }
  return read
}

function readQuantity(text: string): Quantity | string {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text)
  if (text === '' || !match) return FORMAT_WRONG
  const [, sign, whole = '', fraction = '', suffix = ''] = match
  if (whole === '' && fraction === '') return NUMERIC_WRONG
  const unit = readSuffix(suffix)
  if (!unit) return SUFFIX_WRONG

  const digits = BigInt(whole + fraction || '0')
  const magnitude = digits === 0n ? 0n : atMost(MAX_NANO, scaled(digits, fraction.length, unit))
  return { nano: sign === '-' ? -magnitude : magnitude, format: unit.format === 'BinarySI' && magnitude < NANO ? 'DecimalSI' : unit.format }
}

interface Unit {
  readonly format: QuantityFormat
  readonly power: number
}

function readSuffix(suffix: string): Unit | undefined {
  if (Object.hasOwn(DECIMAL_SUFFIXES, suffix)) return { format: 'DecimalSI', power: DECIMAL_SUFFIXES[suffix]! }
  if (Object.hasOwn(BINARY_SUFFIXES, suffix)) return { format: 'BinarySI', power: BINARY_SUFFIXES[suffix]! }
  const exponent = /^[eE]([+-]?[0-9]{1,18})$/.exec(suffix)
  return exponent ? { format: 'DecimalExponent', power: Number(exponent[1]) } : undefined
}

/** `digits` × 10^-decimals × unit in billionths, fractions of a billionth rounded up. Absurd exponents are never multiplied out. */
function scaled(digits: bigint, decimals: number, unit: Unit): bigint {
  if (unit.format === 'BinarySI') return dividedUp(digits * 1024n ** BigInt(unit.power) * NANO, 10n ** BigInt(decimals))
  const power = unit.power - decimals + 9
  if (power >= 0) return power > 40 ? MAX_NANO : digits * 10n ** BigInt(power)
  return -power > decimals + 400 ? 1n : dividedUp(digits, 10n ** BigInt(-power))
}

const atMost = (limit: bigint, value: bigint) => (value > limit ? limit : value)

/** Division away from zero, the direction in which Kubernetes rounds: who asks for a little gets at least a little. */
function dividedUp(value: bigint, by: bigint): bigint {
  return value < 0n ? -((-value + by - 1n) / by) : (value + by - 1n) / by
}

function need(text: string): Quantity {
  const quantity = parseQuantity(text)
  // Stored objects hold checked quantities only; a bad one here is a bug of the caller.
  if (!quantity) throw new Error(`not a quantity: ${text}`)
  return quantity
}

/** Whole units, rounded up: bytes of `1Ki` (1024), cores of `100m` (1). */
export const quantityValue = (text: string): number => Number(dividedUp(need(text).nano, NANO))

/** Thousandths, rounded up: `100m` is 100, `2` is 2000. */
export const milliValue = (text: string): number => Number(dividedUp(need(text).nano, MILLI))

/** Writes a quantity in its canonical form: the largest suffix that leaves no fraction. */
export function formatQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0'
  const thousandAndSome = 1024n * NANO
  if (format === 'BinarySI' && (nano >= thousandAndSome || nano <= -thousandAndSome)) {
    let value = dividedUp(nano, NANO)
    let power = 0
    for (; power < 6 && value % 1024n === 0n; power++) value /= 1024n
    return `${value}${BINARY_SUFFIX_OF[power]}`
  }
  let value = nano
  let exponent = -9
  for (; exponent < 18 && value % 1000n === 0n; exponent += 3) value /= 1000n
  if (format === 'DecimalExponent') return exponent === 0 ? `${value}` : `${value}e${exponent}`
  return `${value}${DECIMAL_SUFFIX_OF.get(exponent)}`
}

/** The canonical form of a quantity's text: `1024Mi` is `1Gi`, `0.5` is `500m`. Throws for a text that is no quantity. */
export const canonicalQuantity = (text: string): string => formatQuantity(need(text))

/** a + b, written like a, or like b when a is zero. */
export function addQuantities(a: string, b: string): string {
  const [left, right] = [need(a), need(b)]
  return formatQuantity({ nano: left.nano + right.nano, format: left.nano === 0n ? right.format : left.format })
}

/** a − b, written like a, or like b when a is zero. */
export function subtractQuantities(a: string, b: string): string {
  const [left, right] = [need(a), need(b)]
  return formatQuantity({ nano: left.nano - right.nano, format: left.nano === 0n ? right.format : left.format })
}

/** Negative when a < b, zero when equal, positive when a > b. */
export function compareQuantities(a: string, b: string): number {
  const [left, right] = [need(a).nano, need(b).nano]
  return left < right ? -1 : left > right ? 1 : 0
}
