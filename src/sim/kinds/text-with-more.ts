/** The first three words of a list and how many there are besides: `a,b,c + 2 more...`. */
export function textWithMore(words: readonly string[], shown = 3): string {
  const text = words.slice(0, shown).join(',')
  return words.length > shown ? `${text} + ${words.length - shown} more...` : text
}
