import { environment } from '../evaluate/fork'
import { contextAndNamespace } from '../interactive/first-prompt'
import { print, type Builtin } from './builtin'

/** What goes into prompts. On other machines `kube_ps1` is a function of the script of that name. */
export const prompt: Readonly<Record<string, Builtin>> = {
  *kube_ps1({ shell }) {
    yield* print(shell, yield* contextAndNamespace(environment(shell)))
    return 0
  },
}
