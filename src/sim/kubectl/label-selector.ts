import { CommandError } from './errors'
import { parseSelector, type Selector } from '../formats/selector'

/** Reads a selector's text as the API's LabelSelector. Throws CommandError. */
export function readLabelSelector(text: string): ReturnType<typeof labelSelectorOf> {
  let parsed: Selector
  try {
    parsed = parseSelector(text)
  } catch (error) {
    throw new CommandError(`couldn't parse the selector string "${text}": ${(error as Error).message}`) // parseSelector throws nothing else
  }
  return labelSelectorOf(parsed)
}

/** A parsed selector as the API's LabelSelector: equalities as matchLabels, the rest as expressions. Throws CommandError for what it cannot say. */
export function labelSelectorOf(selector: Selector): {
  matchLabels?: Record<string, string>
  matchExpressions?: { key: string; operator: string; values?: readonly string[] }[]
} {
  if (selector === 'nothing') return {}
  const matchLabels: Record<string, string> = {}
  const matchExpressions: { key: string; operator: string; values?: readonly string[] }[] = []
  const names: Readonly<Record<string, string>> = { in: 'In', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' }
  for (const { key, operator, values } of selector) {
    if (['=', '=='].includes(operator)) matchLabels[key] = values[0]!
    else if (operator === '>' || operator === '<')
      throw new CommandError(`"${operator === '>' ? 'gt' : 'lt'}" isn't supported in label selectors`)
    else if (!names[operator]) throw new CommandError(`${JSON.stringify(operator)} is not a valid label selector operator`)
    else matchExpressions.push({ key, operator: names[operator], ...(values.length ? { values } : {}) })
  }
  return { ...(matchExpressions.length ? { matchExpressions } : {}), ...(Object.keys(matchLabels).length ? { matchLabels } : {}) }
}
