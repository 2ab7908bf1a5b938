import { milliValue, quantityValue } from '../formats/quantity'
import { parseYaml, YamlError } from '../formats/yaml'
import type { HostFacts } from './node-object'
import { DEFAULT_SETTINGS, KUBELET_CONFIGURATION_PATH, type KubeletSettings } from './kubelet-configuration'
import type { FileSystem } from './os/file-system'

/** What of a KubeletConfiguration has an effect here. */
interface Written {
  readonly apiVersion?: unknown
  readonly kind?: unknown
  readonly maxPods?: unknown
  readonly systemReserved?: Readonly<Record<string, string>> | null
  readonly kubeReserved?: Readonly<Record<string, string>> | null
  readonly evictionHard?: Readonly<Record<string, string>> | null
  readonly authentication?: { readonly x509?: { readonly clientCAFile?: string } }
}

/**
 * What a kubelet makes of its configuration file when it starts; a sentence, in its own words, where it would end instead. See "Set Kubelet
 * Parameters Via A Configuration File" and "Reserve Compute Resources for System Daemons".
 */
export function readSettings(files: FileSystem, facts: HostFacts): KubeletSettings | string {
  const path = KUBELET_CONFIGURATION_PATH
  const fails = (why: string) =>
    `failed to load kubelet config file, path: ${path}, error: failed to load Kubelet config file ${path}, error ${why}`
  if (files.stat(path)?.type !== 'file')
    return fails(`failed to read kubelet config file "${path}", error: open ${path}: no such file or directory`)
  let written: Written
  try {
    written = (parseYaml(files.read(path)) ?? {}) as Written // a file: each field is looked at before it is used
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    return fails(`failed to decode: ${error.message}`)
  }
  const { apiVersion, kind, maxPods = DEFAULT_SETTINGS.maxPods, authentication } = written
  if (kind === undefined || kind === '') return fails(`failed to decode: Object 'Kind' is missing in '${JSON.stringify(written)}'`)
  if (kind !== 'KubeletConfiguration' || apiVersion !== 'kubelet.config.k8s.io/v1beta1')
    return fails(`failed to decode: no kind "${String(kind)}" is registered for version "${String(apiVersion)}" in scheme "pkg/kubelet/apis/config/scheme/scheme.go:33"`) // prettier-ignore
  if (typeof maxPods !== 'number')
    return fails(`failed to decode: json: cannot unmarshal ${typeof maxPods} into Go struct field KubeletConfiguration.maxPods of type int32`) // prettier-ignore
  if (maxPods < 0) return `failed to validate kubelet configuration, error: invalid configuration: maxPods (--max-pods) ${maxPods} must be greater than 0, path: ${path}` // prettier-ignore
  const authority = authentication?.x509?.clientCAFile
  if (authority !== undefined && files.stat(authority)?.type !== 'file')
    return `failed to construct kubelet dependencies: unable to load client CA file ${authority}: open ${authority}: no such file or directory`
  try {
    return settingsOf(written, maxPods, facts)
  } catch (error) {
    return `failed to run Kubelet: ${error instanceof Error ? error.message : String(error)}`
  }
}

const GIB = 1024 ** 3

function settingsOf({ systemReserved, kubeReserved, evictionHard }: Written, maxPods: number, facts: HostFacts): KubeletSettings {
  const both = (resource: string, value: (text: string) => number) =>
    [systemReserved, kubeReserved].reduce((sum, each) => sum + value(each?.[resource] ?? '0'), 0)
  const memory = evictionHard?.['memory.available']
  const storage = evictionHard?.['nodefs.available']
  const shareOf = (text: string) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : undefined)
  const share = storage === undefined ? 0.1 : shareOf(storage)
  return {
    maxPods,
    reserved: {
      milliCores: both('cpu', milliValue),
      memoryBytes: both('memory', quantityValue),
      storageBytes: both('ephemeral-storage', quantityValue),
    },
    evictionHard: {
      memoryBytes: memory === undefined ? DEFAULT_SETTINGS.evictionHard.memoryBytes : amountOf(memory, facts.memoryGiB * GIB),
      ...(share === undefined ? { storageBytes: quantityValue(storage!) } : { storageShare: share }),
    },
  }
}

/** `100Mi`, or `10%` of the whole. */
const amountOf = (text: string, whole: number) => (text.endsWith('%') ? Math.floor((Number(text.slice(0, -1)) / 100) * whole) : quantityValue(text)) // prettier-ignore
