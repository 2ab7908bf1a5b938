import { readFile } from '../node/os/calls'
import { SyscallError, type Proc } from '../node/os/syscalls'
import type { Entry } from './kubeconfig-file'

/** What is wrong with a user of a kubeconfig, in the client library's words and order. */
export function* userProblems(entry: Entry): Proc<string[]> {
  const { name, value } = entry
  const problems: string[] = []
  const methods = [...(value.token ? ['token'] : []), ...(value.username || value.password ? ['basicAuth'] : [])]
  if (value['client-certificate'] || value['client-certificate-data']) {
    if (value['client-certificate'] && value['client-certificate-data'])
      problems.push(`client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`)
    if (value['client-key'] && value['client-key-data'])
      problems.push(`client-key-data and client-key are both specified for ${name}; client-key-data will override`)
    if (!value['client-key'] && !value['client-key-data'])
      problems.push(`client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`)
    problems.push(...(yield* unreadable(entry, 'client-certificate', 'client-cert')))
    problems.push(...(yield* unreadable(entry, 'client-key', 'client-key')))
  }
  problems.push(...execProblems(entry))
  if (methods.length > 1)
    problems.push(`more than one authentication method found for ${name}; found [${methods.join(' ')}], only one is allowed`)
  if (!value.as && (value['as-uid'] || value['as-groups'] || value['as-user-extra']))
    problems.push(`requesting uid, groups or user-extra for ${name} without impersonating a user`)
  return problems
}

function execProblems({ name, value }: Entry): string[] {
  const exec = value.exec as
    | {
        readonly command?: string
        readonly apiVersion?: string
        readonly interactiveMode?: string
        readonly env?: readonly { name?: string }[] | null
      }
    | undefined // as its type has it
  if (!exec) return []
  const missing = (what: string) => `${what} must be specified for ${name} to use exec authentication plugin`
  // Only versions before v1 have a default for it.
  const mode = exec.interactiveMode ?? (/v1(alpha|beta)1$/.test(exec.apiVersion ?? '') ? 'IfAvailable' : undefined)
  return [
    ...(value['auth-provider'] ? [`authProvider cannot be provided in combination with an exec plugin for ${name}`] : []),
    ...(exec.command ? [] : [missing('command')]),
    ...(exec.apiVersion ? [] : [missing('apiVersion')]),
    ...(exec.env ?? []).filter((variable) => !variable.name).map(() => missing('env variable name')),
    ...(!mode ? [missing('interactiveMode')] : ['Never', 'IfAvailable', 'Always'].includes(mode) ? [] : [`invalid interactiveMode for ${name}: ${JSON.stringify(mode)}`]), // prettier-ignore
  ]
}

/** The same of a cluster. */
export function* clusterProblems(entry: Entry): Proc<string[]> {
  const { name, value } = entry
  // A certificate matters only where there is TLS.
  const both = value['certificate-authority'] && value['certificate-authority-data']
  return [
    ...(value.server || name === '' || Object.values(value).every((member) => !member)
      ? []
      : [`no server found for cluster ${JSON.stringify(name)}`]),
    ...(both
      ? [`certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`]
      : []),
    ...(yield* unreadable(entry, 'certificate-authority', 'certificate-authority')),
  ]
}

function* unreadable({ name, value }: Entry, member: string, word: string): Proc<string[]> {
  const path = value[member]
  if (typeof path !== 'string' || path === '') return []
  try {
    yield* readFile(path)
    return []
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error
    return [`unable to read ${word} ${path} for ${name} due to open ${path}: ${error.message.toLowerCase()}`]
  }
}
