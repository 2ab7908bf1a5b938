/**
 * `workOut`, a pure function of a text, which remembers its answers for texts that come again and again (a kubeconfig, a certificate: every
 * command has them). Beyond `most` texts all are forgotten. What `workOut` throws is thrown again each time; answers are shared, so they must not
 * be changed.
 */
export function remembering<T>(most: number, workOut: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const answer = workOut(text)
    if (known.size >= most) known.clear()
    known.set(text, answer)
    return answer
  }
}
