import { fieldPath, type FieldError, type FieldPath } from './field-path'
import type { KindDefinition } from './kind'

/** One way of writing an object down, with one key. The identity writes it as it is. */
export interface Cipher {
  readonly provider: 'aescbc' | 'aesgcm' | 'secretbox' | 'kms' | 'identity'
  /** Empty for the identity. */
  readonly key: string
  readonly secret: string
}

/** What an `EncryptionConfiguration` says. */
export interface Ciphers {
  /** The ciphers that a kind may be written with, the one for new writes first; undefined when it says nothing of the kind. */
  (kind: KindDefinition): readonly Cipher[] | undefined
  /** The programs outside the cluster that keep keys (KMS), by their names: nobody answers at their sockets. */
  readonly plugins: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const listed = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const fieldsOf = (value: unknown): Fields => (isObject(value) ? value : {})
const word = (value: unknown) => (typeof value === 'string' ? value : '')

const AES_SIZES = [16, 24, 32]
const KEY_SIZES: Readonly<Record<string, readonly number[]>> = { aescbc: AES_SIZES, aesgcm: AES_SIZES, secretbox: [32] }
const PROVIDERS = ['kms', 'aesgcm', 'aescbc', 'secretbox', 'identity']

/**
 * Reads an `apiserver.config.k8s.io/v1` EncryptionConfiguration from the file's YAML value. A text is why kube-apiserver does not start with it.
 * See https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/
 */
export function readEncryptionConfiguration(value: unknown): Ciphers | string {
  const failed = (why: string) => `error while parsing file: ${why}`
  if (!isObject(value) || !word(value.kind)) return failed(`Object 'Kind' is missing in '${JSON.stringify(value ?? null)}'`)
  if (value.kind !== 'EncryptionConfiguration' || value.apiVersion !== 'apiserver.config.k8s.io/v1')
    return failed(`no kind ${JSON.stringify(value.kind)} is registered for version ${JSON.stringify(value.apiVersion ?? '')} in scheme`)
  const at = fieldPath('resources')
  const rules = listed(value.resources).map(fieldsOf)
  const errors = rules.length === 0 ? [at.required('at least one resources is required')] : rules.flatMap((rule, index) => ruleErrors(rule, at(index))) // prettier-ignore
  const texts = errors.map(({ field, message }) => `${field}: ${message}`)
  if (texts.length > 0) return failed(texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`)
  const outside = rules.flatMap(({ providers }) => listed(providers).map((each) => fieldsOf(each).kms)).filter(isObject)
  if (outside.some(({ apiVersion }) => apiVersion !== 'v2')) return KMS_V1
  return Object.assign(ciphersOf(rules), { plugins: [...new Set(outside.map(({ name }) => word(name)))] })
}

const KMS_V1 =
  'KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.  Set --feature-gates=KMSv1=true to use the deprecated KMSv1 feature.'

function ciphersOf(rules: readonly Fields[]) {
  const table = new Map<string, readonly Cipher[]>()
  for (const { resources, providers } of rules) {
    const ciphers = listed(providers).flatMap((each) => ciphersIn(fieldsOf(each)))
    for (const name of listed(resources).map(word)) table.set(name, [...(table.get(name) ?? []), ...ciphers])
  }
  // The most exact mention counts: a resource, all of its group, all there are.
  return ({ group, plural }: KindDefinition) =>
    table.get(group ? `${plural}.${group}` : plural) ?? table.get(`*.${group}`) ?? table.get('*.*')
}

function ciphersIn(provider: Fields): readonly Cipher[] {
  if ('identity' in provider) return [{ provider: 'identity', key: '', secret: '' }]
  const [name, content] = Object.entries(provider)[0]!
  if (name === 'kms') return [{ provider: 'kms', key: word(fieldsOf(content).name), secret: '' }]
  return listed(fieldsOf(content).keys).map((key) => ({
    provider: name as Cipher['provider'], // validated: one of those with keys
    key: word(fieldsOf(key).name),
    secret: atob(word(fieldsOf(key).secret)),
  }))
}

function ruleErrors({ resources, providers }: Fields, at: FieldPath): FieldError[] {
  const [here, there] = [at('resources'), at('providers')]
  const names = listed(resources).map(word)
  const errors = names.length === 0 ? [here.required(`at least one ${here.text} is required`)] : [...overlaps(names, here), ...names.flatMap((name, index) => nameErrors(name, here(index)))] // prettier-ignore
  if (listed(providers).length === 0) errors.push(there.required(`at least one ${there.text} is required`))
  return [...errors, ...listed(providers).flatMap((each, index) => providerErrors(fieldsOf(each), there(index)))]
}

function overlaps(names: readonly string[], at: FieldPath): FieldError[] {
  const groupOf = (name: string) => name.split('.').slice(1).join('.')
  const isAll = (name: string) => name.startsWith('*')
  const masks = names.some((one, i) =>
    names.some((other, j) => i !== j && one !== other && (one === '*.*' || (groupOf(one) === groupOf(other) && isAll(one)))),
  )
  return [
    ...(new Set(names).size < names.length ? [at.invalid(names, 'the same resource cannot be specified multiple times')] : []),
    ...(masks
      ? [at.invalid(names, "using overlapping resources such as 'secrets' and '*.' in the same resource list is not allowed as they will be masked")]
      : []),
  ]
} // prettier-ignore

/** What a name of a resource must not be, and why not; the first that fits is told. */
const NAMES: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/[A-Z]/, 'resource name should not contain capital letters'],
  [/^\*$/, "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources"],
  [/^(?:apiserveripinfo|serviceipallocations|servicenodeportallocations)$/, 'resources which do not have REST API/s cannot be encrypted'],
  [/\.events\.k8s\.io$/, "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in the config file"],
  [/\.extensions$/, "'extensions' group has been removed and cannot be used for encryption"],
  [/^[^*].*\.\*$/, 'encrypting the same resource across groups is not supported'],
] // prettier-ignore

function nameErrors(name: string, at: FieldPath): readonly FieldError[] {
  const [, why] = NAMES.find(([pattern]) => pattern.test(name)) ?? []
  return why === undefined ? [] : [at.invalid(name, why)]
}

function providerErrors(provider: Fields, at: FieldPath): readonly FieldError[] {
  const named = PROVIDERS.filter((name) => name in provider)
  if (named.length === 0) return [at.invalid(provider, 'provider does not contain any of the expected providers: KMS, AESGCM, AESCBC, Secretbox, Identity')] // prettier-ignore
  if (named.length > 1) return [at.invalid(provider, 'more than one provider specified in a single element, should split into different list elements')] // prettier-ignore
  if (named[0] === 'kms') return pluginErrors(fieldsOf(provider.kms), at('kms'))
  const sizes = KEY_SIZES[named[0]!]
  if (!sizes) return []
  const here = at(named[0]!)('keys')
  const keys = listed(fieldsOf(provider[named[0]!]).keys)
  return keys.length === 0 ? [here.required('at least one keys is required')] : keys.flatMap((key, index) => keyErrors(fieldsOf(key), here(index), sizes)) // prettier-ignore
}

/** Complaints about a program outside the cluster that keeps keys. */
function pluginErrors({ name, endpoint, timeout, apiVersion = 'v1' }: Fields, at: FieldPath): readonly FieldError[] {
  const errors: FieldError[] = []
  if (apiVersion !== 'v1' && apiVersion !== 'v2')
    errors.push(
      at('apiVersion').invalid(apiVersion, `unsupported apiVersion ${word(apiVersion)} for KMS provider, only v1 and v2 are supported`),
    )
  if (!word(name)) errors.push(at('name').required('name is a mandatory field for a provider'))
  else if (word(name).includes(':'))
    errors.push(at('name').invalid(name, `invalid KMS provider name ${word(name)}, should not contain ':'`))
  if (word(timeout).startsWith('-') || /^0+[a-z]*$/.test(word(timeout)))
    errors.push(at('timeout').invalid(timeout, 'timeout should be a positive value'))
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):/i.exec(word(endpoint)) ?? []
  if (!word(endpoint)) errors.push(at('endpoint').invalid('', 'endpoint is a mandatory field for a kms'))
  else if (scheme !== 'unix')
    errors.push(at('endpoint').invalid(endpoint, `unsupported scheme ${JSON.stringify(scheme)} for KMS provider, only unix is supported`))
  return errors
}

function keyErrors({ name, secret }: Fields, at: FieldPath, sizes: readonly number[]): readonly FieldError[] {
  const errors = word(name) ? [] : [at('name').required('name is a mandatory field for a key')]
  const here = at('secret')
  if (!word(secret)) return [...errors, here.required('secret is a mandatory field for a key')]
  const length = decodedLength(word(secret))
  if (length === undefined) return [...errors, here.invalid('REDACTED', 'secrets must be base64 encoded')]
  const why = `secret is not of the expected length, got ${length}, expected one of [${sizes.join(' ')}]`
  return sizes.includes(length) ? errors : [...errors, here.invalid('REDACTED', why)]
}

function decodedLength(text: string): number | undefined {
  try {
    return text.length % 4 === 0 ? atob(text).length : undefined
  } catch {
    return undefined
  }
}
