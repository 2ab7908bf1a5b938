import type { Selector } from '../formats/selector'

/** A parsed selector as the API's LabelSelector: equalities as matchLabels, the rest as expressions. */
export function labelSelectorOf(selector: Selector): {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: readonly string[] }[]
} {
  if (selector === 'nothing') return {}
  const matchLabels: Record<string, string> = {}
  const matchExpressions: { key: string; operator: string; values?: readonly string[] }[] = []
  const names: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' }
  for (const { key, operator, values } of selector) {
    if (['=', '=='].includes(operator)) matchLabels[key] = values[0]!
    else matchExpressions.push({ key, operator: names[operator] ?? operator, ...(values.length ? { values } : {}) })
  }
  return { ...(matchExpressions.length ? { matchExpressions } : {}), ...(Object.keys(matchLabels).length ? { matchLabels } : {}) }
}
