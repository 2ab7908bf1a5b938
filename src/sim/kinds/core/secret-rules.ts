import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import { jsonScanner } from '../../api/late-formats'
import type { Secret } from '../../api/types/core-v1.gen'
import { withDefaults } from '../defaulting'
import { immutable } from '../field-checks'
import { immutableDataErrors, keyErrors, MAX_DATA_BYTES } from './config-map-rules'
import { base64Bytes, fromBase64, toBase64 } from './data-size'

const ACCOUNT = 'kubernetes.io/service-account.name'

/** What may be written of a Secret, and what `kubectl get` shows of it. */
export const secretRules: KindRules<Secret> = {
  defaults: (object) => withDefaults(withStringData(object), { type: 'Opaque' }),
  validate: (object, at) => {
    const { data = {} } = object
    const size = Object.values(data).reduce((total, value) => total + base64Bytes(value), 0)
    return [
      ...keyErrors(Object.keys(data), at('data')),
      ...(size > MAX_DATA_BYTES ? [at('data').tooLong(MAX_DATA_BYTES)] : []),
      ...(checkOfType(object.type)?.(object, at) ?? []),
    ]
  },
  validateUpdate: (object, old, at) => [...immutable(object.type, old.type, at('type')), ...immutableDataErrors(object, old, at, ['data'])],
  columns: [['Type', ({ type }) => type ?? ''], ['Data', ({ data = {} }) => Object.keys(data).length, { type: 'string' }], age],
}

/** `stringData` is for writing only: it lands in `data`, as base64. */
function withStringData(object: Secret): Secret {
  const { stringData, ...rest } = object
  if (!stringData) return object
  const written = Object.fromEntries(Object.entries(stringData).map(([key, text]) => [key, toBase64(text)]))
  return { ...rest, data: { ...rest.data, ...written } }
}

const checkOfType = (type = '') => (Object.hasOwn(typeErrors, type) ? typeErrors[type] : undefined)

/** What a Secret of a known type must hold. */
const typeErrors: Readonly<Record<string, (object: Secret, at: FieldPath) => FieldError[]>> = {
  'kubernetes.io/service-account-token': ({ metadata }, at) =>
    metadata.annotations?.[ACCOUNT] ? [] : [at('metadata', 'annotations').key(ACCOUNT).required()],
  'kubernetes.io/dockercfg': (object, at) => jsonErrors(object, '.dockercfg', at),
  'kubernetes.io/dockerconfigjson': (object, at) => jsonErrors(object, '.dockerconfigjson', at),
  'kubernetes.io/basic-auth': ({ data = {} }, at) =>
    'username' in data || 'password' in data ? [] : ['username', 'password'].map((key) => at('data').key(key).required()),
  'kubernetes.io/ssh-auth': ({ data = {} }, at) => (data['ssh-privatekey'] ? [] : [at('data').key('ssh-privatekey').required()]),
  'kubernetes.io/tls': ({ data = {} }, at) =>
    ['tls.crt', 'tls.key'].filter((key) => !(key in data)).map((key) => at('data').key(key).required()),
}

function jsonErrors({ data = {} }: Secret, key: string, at: FieldPath): FieldError[] {
  const here = at('data').key(key)
  const value = data[key]
  if (value === undefined) return [here.required()]
  const { problem } = jsonScanner.code(fromBase64(value) ?? '')
  return problem === undefined ? [] : [here.invalid('<secret contents redacted>', problem)]
}
