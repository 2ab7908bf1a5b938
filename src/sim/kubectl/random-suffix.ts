import { random } from '../node/os/calls'
import type { Proc } from '../node/os/syscalls'

/** Letters and digits that spell no words. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789'

/** Five characters by chance, as in the names of Pods. */
export function* randomSuffix(): Proc<string> {
  let text = ''
  while (text.length < 5) text += alphabet[Math.floor((yield* random()) * alphabet.length)]
  return text
}
