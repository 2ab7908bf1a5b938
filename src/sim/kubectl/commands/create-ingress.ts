import { CommandError } from '../errors'
import type { Command } from '../session'
import { createGenerated, generatedNamespace } from '../writing'
import { oneName } from './create-deployment'

/** Nothing holds it to the end of the text: whatever follows is passed over. */
const ruleForm = /^(?<host>[\w*\-.]*)(?<path>\/.*)=(?<service>[\w-]+):(?<port>[\w-]+)(,(?<tls>tls)=?(?<secret>[\w-]+)?)?/

export const createIngress: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const name = oneName(kubectl)
    const [rules, fallback] = [flags.list('rule'), flags.text('default-backend')]
    if (rules.length === 0 && !fallback)
      throw new CommandError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      )
    for (const rule of rules)
      if (!ruleForm.test(rule))
        throw new CommandError(`rule ${rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`)
    const annotations: Record<string, string> = {}
    for (const annotation of flags.list('annotation')) {
      const equals = annotation.indexOf('=')
      if (equals < 0) throw new CommandError(`annotation ${annotation} is invalid and should be in format key=[value]`)
      annotations[annotation.slice(0, equals)] = annotation.slice(equals + 1)
    }
    if (fallback && !/^[\w-]+:[\w-]+$/.test(fallback)) throw new CommandError('default-backend should be in format servicename:serviceport')
    const hosts = rulesByHost(rules)
    const tls = tlsOf(rules)
    yield* createGenerated(kubectl, {
      failure: 'failed to create ingress',
      object: {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'Ingress',
        metadata: { name, ...(Object.keys(annotations).length ? { annotations } : {}), ...(yield* generatedNamespace(kubectl)) },
        spec: {
          ...(flags.text('class') ? { ingressClassName: flags.text('class') } : {}),
          ...(fallback ? { defaultBackend: backendOf(...(fallback.split(':') as [string, string])) } : {}),
          ...(tls.length ? { tls } : {}),
          ...(hosts.length ? { rules: hosts } : {}),
        },
      },
    })
  },
}

const backendOf = (service: string, port: string) => ({
  service: { name: service, port: /^\d+$/.test(port) ? { number: Number(port) } : { name: port } },
})

/** One rule a host, its paths in the order given; a path that ends in `*` is a prefix. */
function rulesByHost(rules: readonly string[]) {
  const byHost = new Map<string, unknown[]>()
  for (const rule of rules) {
    const { host = '', path = '' } = ruleForm.exec(rule)!.groups!
    const [service = '', port = ''] = (rule.split(',')[0]!.split('=')[1] ?? '').split(':')
    const prefix = path.endsWith('*')
    const entry = {
      path: prefix ? path.slice(0, path.indexOf('*')) : path,
      pathType: prefix ? 'Prefix' : 'Exact',
      backend: backendOf(service, port),
    }
    byHost.set(host, [...(byHost.get(host) ?? []), entry])
  }
  return [...byHost].map(([host, paths]) => ({ ...(host ? { host } : {}), http: { paths } }))
}

/** Hosts that share a secret stand together. One word after the rule's only comma asks for TLS, whatever the word is; with more commas none is asked for. */
function tlsOf(rules: readonly string[]) {
  const bySecret = new Map<string, string[]>()
  for (const rule of rules) {
    const words = rule.split(',')
    if (words.length !== 2) continue
    const host = rule.slice(0, rule.indexOf('/'))
    const secret = words[1]!.split('=')[1] ?? ''
    const hosts = bySecret.get(secret) ?? []
    bySecret.set(secret, host && !hosts.includes(host) ? [...hosts, host] : hosts)
  }
  return [...bySecret]
    .filter(([secretName, hosts]) => secretName || hosts.length)
    .map(([secretName, hosts]) => ({ ...(hosts.length ? { hosts } : {}), ...(secretName ? { secretName } : {}) }))
}
