import { readEncryptionConfiguration, type Ciphers } from './api/encryption-configuration'
import { readYaml } from './formats/late-yaml'
import { readFile, sleep, spawn, stat } from './node/os/calls'
import type { Proc, Program, Self } from './node/os/syscalls'

/** How often a kube-apiserver that reloads the file by itself looks at it. */
const LOOK_MS = 60_000

/**
 * Reads the file of `--encryption-provider-config` and hands it over, again and again where the flag `…-automatic-reload` says so. Answers why the
 * server does not start, if it does not.
 */
export function* startEncryption(self: Self, use: (ciphers: Ciphers) => void): Proc<string | undefined> {
  const flag = (name: string) => self.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const path = flag('encryption-provider-config') ?? ''
  const ciphers = yield* read(path)
  if (typeof ciphers === 'string') return ciphers
  use(ciphers)
  if (flag('encryption-provider-config-automatic-reload') === 'true')
    yield* spawn({ argv: self.argv, env: {}, cwd: '/', fds: { 1: 1, 2: 2 }, run: reloader(path, use) })
  return undefined
}

function* read(path: string): Proc<Ciphers | string> {
  const quoted = JSON.stringify(path)
  if ((yield* stat(path))?.type !== 'file')
    return `error while parsing file: error opening encryption provider configuration file ${quoted}: open ${path}: no such file or directory`
  const text = yield* readFile(path)
  return text === '' ? `error while parsing file: encryption provider configuration file ${quoted} is empty` : readEncryptionConfiguration(readYaml(text)) // prettier-ignore
}

/** Takes over a file that has changed; one that cannot be read changes nothing. */
const reloader = (path: string, use: (ciphers: Ciphers) => void): Program =>
  function* () {
    let known = yield* readFile(path)
    for (;;) {
      yield* sleep(LOOK_MS)
      const text = (yield* stat(path)) ? yield* readFile(path) : known
      if (text === known) continue
      known = text
      const ciphers = yield* read(path)
      if (typeof ciphers !== 'string') use(ciphers)
    }
  }
