import type { ConfigMap, Secret } from '../../api/types/core-v1.gen'
import { closeWithEvents, describing } from './describer'
import { writeHead } from './writer'

const byteCount = (base64: string) => atob(base64).length

export const describeConfigMap = describing<ConfigMap>(function* (d, { metadata, data = {}, binaryData = {} }, around) {
  const { write } = d
  writeHead(d, metadata)
  write(0, '\nData\n====')
  for (const key of Object.keys(data).sort()) write(0, `${key}:\n----\n${data[key]}\n`)
  write(0, '\nBinaryData\n====')
  for (const key of Object.keys(binaryData).sort()) write(0, `${key}: ${byteCount(binaryData[key]!)} bytes`)
  write(0, '')
  yield* closeWithEvents(d, around)
})

export const describeSecret = describing<Secret>(function* (d, { metadata, data = {}, type = '' }) {
  const { write } = d
  writeHead(d, metadata)
  write(0, `\nType:\t${type}\n\nData\n====`)
  for (const key of Object.keys(data).sort()) {
    const isToken = type === 'kubernetes.io/service-account-token' && key === 'token'
    write(0, `${key}:\t${isToken ? atob(data[key]!) : `${byteCount(data[key]!)} bytes`}`)
  }
})
