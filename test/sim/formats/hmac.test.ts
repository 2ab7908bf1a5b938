import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { hmacSha256 } from '../../../src/sim/formats/hmac'

test.each([
  ['Jefe', 'what do ya want for nothing?'],
  ['', ''],
  ['a key longer than a block of sixty-four bytes, which is hashed before it is used as one', 'text'],
  ['f395accd246ae52d', 'Grüße, 世界'],
])('the HMAC with key %j of %j is the one that everybody computes', (key, text) => {
  expect(Buffer.from(hmacSha256(key, text)).toString('hex')).toBe(createHmac('sha256', key).update(text).digest('hex'))
})
