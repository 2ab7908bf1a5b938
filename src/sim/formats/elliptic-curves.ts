import { CURVE_FORMS } from './x509-forms'

/** A curve y² = x³ - 3x + b over the integers below a prime, as keys of certificates use them (FIPS 186-4, D.1.2). */
export interface Curve {
  /** `prime256v1`, as openssl calls it. */
  readonly name: string
  /** `P-256`, as NIST calls it. */
  readonly nist: string
  readonly prime: bigint
  readonly order: bigint
  /** The point that is multiplied. */
  readonly base: readonly [x: bigint, y: bigint]
}

export const CURVES: readonly Curve[] = [
  {
    name: 'prime256v1',
    nist: 'P-256',
    prime: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    base: [
      0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
      0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    ],
  },
  {
    name: 'secp384r1',
    nist: 'P-384',
    prime: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    base: [
      0xaa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7n,
      0x3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5fn,
    ],
  },
  {
    name: 'secp521r1',
    nist: 'P-521',
    prime: 2n ** 521n - 1n,
    order:
      0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    base: [
      0xc6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66n,
      0x11839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650n,
    ],
  },
]

/** Finds a curve by the name that openssl or NIST gave it; undefined for any other. */
export const curveOf = (word: string) => CURVES.find(({ name, nist }) => word === name || word === nist)

/** The public key of a private one: `prime256v1:04` and both coordinates, as hexadecimal. */
export function publicPoint({ name, prime, base }: Curve, scalar: string): string {
  let sum: Point = [0n, 1n, 0n]
  for (const bit of BigInt(`0x${scalar}`).toString(2)) {
    sum = doubled(sum, prime)
    if (bit === '1') sum = added(sum, base, prime)
  }
  const [x, y, z] = sum
  const inverse = power(z, prime - 2n, prime)
  const coordinates = [x * inverse ** 2n, y * inverse ** 3n].map((value) => modulo(value, prime))
  return `${name}:04${coordinates.map((value) => value.toString(16).padStart(2 * sizeOf(name), '0')).join('')}`
}

/** A private key of random bytes: a number from one up to the curve's order. */
export const privateScalar = ({ name, order }: Curve, random: string) =>
  ((BigInt(`0x${random}`) % (order - 1n)) + 1n).toString(16).padStart(2 * sizeOf(name), '0')

const sizeOf = (name: string) => CURVE_FORMS[name]!.size

/** Jacobian coordinates: x/z² and y/z³; z is 0 for the point at infinity. They save a division a step. */
type Point = readonly [x: bigint, y: bigint, z: bigint]

const modulo = (value: bigint, prime: bigint) => ((value % prime) + prime) % prime

function doubled([x, y, z]: Point, prime: bigint): Point {
  if (z === 0n) return [x, y, z]
  const square = (y * y) % prime
  const s = (4n * x * square) % prime
  const zz = (z * z) % prime
  const m = (3n * (x - zz) * (x + zz)) % prime
  const next = modulo(m * m - 2n * s, prime)
  return [next, modulo(m * (s - next) - 8n * square * square, prime), modulo(2n * y * z, prime)]
}

function added([x, y, z]: Point, [x2, y2]: readonly [bigint, bigint], prime: bigint): Point {
  if (z === 0n) return [x2, y2, 1n]
  const zz = (z * z) % prime
  const h = modulo(x2 * zz - x, prime)
  const r = modulo(y2 * zz * z - y, prime)
  // Only a double of the base point could meet the base point here: that is what doubling is for.
  if (h === 0n) return r === 0n ? doubled([x, y, z], prime) : [0n, 1n, 0n]
  const hh = (h * h) % prime
  const v = (x * hh) % prime
  const next = modulo(r * r - h * hh - 2n * v, prime)
  return [next, modulo(r * (v - next) - y * h * hh, prime), modulo(z * h, prime)]
}

function power(base: bigint, exponent: bigint, prime: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n, square = (square * square) % prime)
    if (left & 1n) result = (result * square) % prime
  return result
}
