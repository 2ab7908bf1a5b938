import { expect, test } from 'vitest'
import { formatGoDuration, humanDuration, parseGoDuration } from '../../../src/sim/formats/duration'

test.each([
  ['1h30m', 5_400_000, '1h30m0s'],
  ['90s', 90_000, '1m30s'],
  ['1.5s', 1500, '1.5s'],
  ['250ms', 250, '250ms'],
  ['0', 0, '0s'],
  ['-1m', -60_000, '-1m0s'],
  ['1µs', 0.001, '1µs'],
])('the Go duration %s is %d ms and printed as %s', (text, durationMs, printed) => {
  expect(parseGoDuration(text)).toBeCloseTo(durationMs, 9)
  expect(formatGoDuration(durationMs)).toBe(printed)
})

test.each(['', '5', 'm', '5 m', '1d', '5m3', '99999999999h'])('%j is no Go duration', (text) => {
  expect(parseGoDuration(text)).toBeUndefined()
})

const minute = 60
const hour = 3600
const day = 24 * hour
test.each([
  [-5, '<invalid>'],
  [-1, '0s'],
  [0, '0s'],
  [119, '119s'],
  [120, '2m'],
  [2 * minute + 5, '2m5s'],
  [10 * minute + 5, '10m'],
  [179 * minute, '179m'],
  [3 * hour, '3h'],
  [3 * hour + 4 * minute, '3h4m'],
  [8 * hour + 4 * minute, '8h'],
  [47 * hour, '47h'],
  [2 * day + hour, '2d1h'],
  [8 * day + hour, '8d'],
  [729 * day, '729d'],
  [730 * day, '2y'],
  [731 * day, '2y1d'],
  [9 * 365 * day, '9y'],
])('an age of %d seconds is shown as %s', (seconds, shown) => {
  expect(humanDuration(seconds * 1000)).toBe(shown)
})
