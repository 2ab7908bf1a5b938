/** What stands where in an RFC 3339 timestamp, as Go's layout `2006-01-02T15:04:05Z07:00` spells it, and how much each part may be. */
const parts: readonly { readonly layout: string; readonly form: RegExp; readonly range?: readonly [string, number, number] }[] = [
  { layout: '2006', form: /^\d{4}/ },
  { layout: '-', form: /^-/ },
  { layout: '01', form: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', form: /^-/ },
  { layout: '02', form: /^\d\d/, range: ['day', 1, 31] },
  { layout: 'T', form: /^T/ },
  { layout: '15', form: /^\d\d/, range: ['hour', 0, 23] },
  { layout: ':', form: /^:/ },
  { layout: '04', form: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', form: /^:/ },
  { layout: '05', form: /^\d\d(?:[.,]\d+)?/, range: ['second', 0, 59] },
  { layout: 'Z07:00', form: /^(?:Z|[-+]\d\d:\d\d)/ },
]

/** Why Go's time.Parse refuses a timestamp, after the words `parsing time "…"`; undefined when it does not. */
export function timestampProblem(text: string): string | undefined {
  let rest = text
  for (const { layout, form, range } of parts) {
    const found = form.exec(rest)?.[0]
    if (found === undefined) return ` as "2006-01-02T15:04:05Z07:00": cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(layout)}`
    const value = Math.floor(Number(found.replace(',', '.')))
    if (range && (value < range[1] || value > range[2])) return `: ${range[0]} out of range`
    rest = rest.slice(found.length)
  }
  if (rest !== '') return `: extra text: ${JSON.stringify(rest)}`
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))]
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return day > days ? ': day out of range' : undefined
}
