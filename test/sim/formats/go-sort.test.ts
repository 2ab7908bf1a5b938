import { expect, test } from 'vitest'
import { goSort } from '../../../src/sim/formats/go-sort'

/** What each of 230 objects had at `.data.a`, and the order in which kubectl 1.33 put them with `--sort-by=.data.a`. */
const values =
  '32411131211441214112141212342132123111244344332221343431142324411333441134113434314321412322444124432434342212222142331243321444441441212421311121311242333411444431213342123213133232322242243113432343312124232414311424243144412221'
const recorded =
  '63 229 225 3 4 5 221 7 214 9 10 213 210 13 203 15 201 17 18 192 20 191 22 176 24 174 170 165 163 29 157 156 32 148 147 35 36 37 145 143 142 141 139 135 133 130 124 118 113 49 108 95 87 85 81 55 56 75 74 71 70 64 115 187 1 228 227 226 218 216 60 8 208 206 58 204 14 202 196 19 188 185 184 183 84 181 179 23 88 25 90 91 173 171 169 164 96 28 31 151 100 149 33 38 144 138 106 107 136 109 110 111 112 48 134 46 123 119 47 89 26 121 122 116 0 65 66 67 6 220 45 59 212 44 117 72 50 207 76 200 140 41 199 197 104 78 146 34 102 195 175 99 152 153 154 193 190 30 80 54 83 182 162 180 178 177 166 167 52 172 209 40 94 120 92 150 168 27 51 86 97 53 161 160 82 159 186 62 158 189 98 21 79 155 194 101 103 39 198 93 42 16 77 105 57 205 73 137 43 114 12 211 132 11 131 215 69 217 68 219 129 128 222 223 224 2 127 126 125 61'

test('equal elements come in the order in which Go leaves them', () => {
  const items = [...values].map((value, i) => ({ value, i }))
  const sorted = goSort(items, (a, b) => a.value < b.value)
  expect(sorted.map(({ i }) => i).join(' ')).toBe(recorded)
})

test.each([0, 1, 12, 13, 49, 50, 700])('%i elements are sorted, whatever their order was', (count) => {
  const numbers = (f: (i: number) => number) => Array.from({ length: count }, (_, i) => f(i))
  const orders = [
    numbers((i) => i),
    numbers((i) => -i),
    numbers((i) => (i * 7919) % 101),
    numbers((i) => i % 3),
    numbers((i) => (i === 5 ? -1 : i)),
  ]
  for (const order of orders) expect(goSort([...order], (a, b) => a < b)).toEqual(order.toSorted((a, b) => a - b))
})

test('of few elements each of which claims to come first, the last does', () => {
  expect(goSort([1, 2, 3], () => true)).toEqual([3, 2, 1])
})
