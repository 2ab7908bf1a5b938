import type { Client } from '../../api/client'
import type { ConfigMap, Container, EnvVar, EnvVarSource, Pod, Secret, Service } from '../../api/types/core-v1.gen'
import { configMap } from '../../kinds/core/config-map'
import { secret } from '../../kinds/core/secret'
import { service } from '../../kinds/core/service'
import { textFromBase64 } from './base64'
import { podField, resourceField } from './downward'

/** Where a Pod runs, as far as its environment can tell. */
export interface Whereabouts {
  readonly client: Client
  readonly nodeAllocatable: Readonly<Record<string, string>>
  readonly hostIP: string
  readonly podIP: string
  /** A file of one of the Pod's volumes; undefined when it is not there. */
  readonly volumeFile: (volume: string, path: string) => string | undefined
}

/** Why a container cannot be configured: shown as CreateContainerConfigError. */
export class ConfigError extends Error {}

/** The variables of a container: Services first, then `envFrom`, then `env`, each seeing those before it. Throws ConfigError when a reference leads nowhere. */
export function environmentOf(pod: Pod, container: Container, where: Whereabouts): Record<string, string> {
  const services = serviceVariables(where.client, pod)
  const env: Record<string, string> = {}
  for (const source of container.envFrom ?? []) {
    const { configMapRef, secretRef, prefix = '' } = source
    const values = configMapRef
      ? (read(where.client, 'configmap', pod, configMapRef.name, configMapRef.optional)?.data ?? {})
      : secretRef
        ? decoded(read(where.client, 'secret', pod, secretRef.name, secretRef.optional)?.data)
        : {}
    for (const [key, value] of Object.entries(values).sort(byKey)) env[prefix + key] = value
  }
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, pod, container, where, { ...services, ...env })
    if (value !== undefined) env[variable.name] = value
  }
  return { ...services, ...env }
}

const byKey = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1)
const decoded = (data: Secret['data']) => Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, textFromBase64(value)]))

function valueOf(
  { value, valueFrom }: EnvVar,
  pod: Pod,
  container: Container,
  where: Whereabouts,
  known: Readonly<Record<string, string>>,
): string | undefined {
  return valueFrom ? referred(valueFrom, pod, container, where) : expand(value ?? '', known)
}

function referred(source: EnvVarSource, pod: Pod, container: Container, where: Whereabouts): string | undefined {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  if (fieldRef) return podField(fieldRef.fieldPath, pod, where)
  if (resourceFieldRef) return resourceField(resourceFieldRef, pod, container, where.nodeAllocatable)
  if (configMapKeyRef) {
    const { name, key, optional } = configMapKeyRef
    const found = read(where.client, 'configmap', pod, name, optional)
    const value = found?.data?.[key]
    if (found && value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${pod.metadata.namespace}/${name}`)
    return value
  }
  if (secretKeyRef) {
    const { name, key, optional } = secretKeyRef
    const found = read(where.client, 'secret', pod, name, optional)
    const value = found?.data?.[key]
    if (found && value === undefined && !optional)
      throw new ConfigError(`couldn't find key ${key} in Secret ${pod.metadata.namespace}/${name}`)
    return value === undefined ? undefined : textFromBase64(value)
  }
  if (fileKeyRef) {
    const { volumeName, path, key, optional } = fileKeyRef
    const value = variableIn(where.volumeFile(volumeName, path) ?? '', key)
    if (value === undefined && !optional) throw new ConfigError(`environment variable key "${key}" not found in file "${path}"`)
    return value
  }
  return undefined
}

/** The value of `KEY='value'` in a file of such lines; blank lines and comments are passed over. */
function variableIn(text: string, key: string): string | undefined {
  for (const line of text.split('\n')) {
    const [, name, value = ''] = /^\s*([^#=\s]+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (name === key) return /^'(.*)'$/.exec(value)?.[1] ?? value
  }
  return undefined
}

function read(client: Client, kind: 'configmap', pod: Pod, name: string | undefined, optional: boolean | undefined): ConfigMap | undefined
function read(client: Client, kind: 'secret', pod: Pod, name: string | undefined, optional: boolean | undefined): Secret | undefined
function read(
  client: Client,
  kind: 'configmap' | 'secret',
  pod: Pod,
  name = '',
  optional: boolean | undefined,
): ConfigMap | Secret | undefined {
  const { namespace } = pod.metadata
  const found = kind === 'configmap' ? client.get<ConfigMap>(configMap, namespace, name) : client.get<Secret>(secret, namespace, name)
  if (!found && !optional) throw new ConfigError(`${kind} "${name}" not found`)
  return found
}

/** Replaces `$(NAME)` by known variables; `$$` is one dollar sign, what is unknown stays as it is. */
export function expand(text: string, known: Readonly<Record<string, string>>): string {
  if (!text.includes('$')) return text
  return text.replace(/\$\$|\$\(([^()]*)\)/g, (whole, name: string | undefined) => (name === undefined ? '$' : (known[name] ?? whole)))
}

const variables = new WeakMap<Service, Readonly<Record<string, string>>>()

/** Worked out once for all containers that see the Service. */
function variablesOf(each: Service, clusterIP: string): Readonly<Record<string, string>> {
  let known = variables.get(each)
  if (!known) variables.set(each, (known = linkVariables(each, clusterIP)))
  return known
}

/** Addresses of the Services that exist now, in the form of container links: the namespace's own, and `kubernetes` for everybody. */
function serviceVariables(client: Client, pod: Pod): Record<string, string> {
  const env: Record<string, string> = {}
  const master = client.get<Service>(service, 'default', 'kubernetes')
  const own = pod.spec.enableServiceLinks === false ? [] : client.list<Service>(service, { namespace: pod.metadata.namespace })
  for (const each of master ? [master, ...own] : own)
    if (each.spec?.clusterIP && each.spec.clusterIP !== 'None') Object.assign(env, variablesOf(each, each.spec.clusterIP))
  return env
}

function linkVariables({ metadata, spec }: Service, address: string): Record<string, string> {
  const name = metadata.name.toUpperCase().replaceAll('-', '_')
  const [first] = spec?.ports ?? []
  if (!first) return {}
  const env: Record<string, string> = { [`${name}_SERVICE_HOST`]: address, [`${name}_SERVICE_PORT`]: String(first.port) }
  const link = (port: number, protocol = 'TCP') => `${protocol.toLowerCase()}://${address}:${port}`
  env[`${name}_PORT`] = link(first.port, first.protocol)
  for (const { name: portName, port, protocol = 'TCP' } of spec?.ports ?? []) {
    if (portName) env[`${name}_SERVICE_PORT_${portName.toUpperCase().replaceAll('-', '_')}`] = String(port)
    const prefix = `${name}_PORT_${port}_${protocol}`
    env[prefix] = link(port, protocol)
    env[`${prefix}_PROTO`] = protocol.toLowerCase()
    env[`${prefix}_PORT`] = String(port)
    env[`${prefix}_ADDR`] = address
  }
  return env
}
