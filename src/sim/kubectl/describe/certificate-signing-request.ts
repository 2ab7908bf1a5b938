import type { CertificateSigningRequest } from '../../api/types/certificates-v1.gen'
import { humanDuration } from '../../formats/duration'
import { readCertificateRequest } from '../../formats/certificate-request'
import { CommandError } from '../errors'
import { formatLabels } from '../printers/table'
import { closeWithEvents, describing } from './describer'
import { longTime } from './writer'

export const describeCertificateSigningRequest = describing<CertificateSigningRequest>(function* (d, { metadata, spec, status }, around) {
  const { write } = d
  const request = readCertificateRequest(atob(spec.request))
  if (typeof request === 'string') throw new CommandError(`error: Error parsing CSR: ${request}`)
  write(0, `Name:\t${metadata.name}`)
  write(0, `Labels:\t${formatLabels(metadata.labels)}`)
  write(0, `Annotations:\t${formatLabels(metadata.annotations)}`)
  write(0, `CreationTimestamp:\t${longTime(metadata.creationTimestamp)}`)
  write(0, `Requesting User:\t${spec.username ?? ''}`)
  if (spec.signerName) write(0, `Signer:\t${spec.signerName}`)
  if (spec.expirationSeconds !== undefined) write(0, `Requested Duration:\t${humanDuration(spec.expirationSeconds * 1000)}`)
  write(0, `Status:\t${statusText(status)}`)
  const list = (title: string, values: readonly string[]) => values.length && write(0, `\t${title}:\t${values.join('\n\t\t')}`)
  write(0, 'Subject:')
  write(0, `\tCommon Name:\t${request.subject.commonName}`)
  write(0, `\tSerial Number:\t${request.subject.serialNumber}`)
  list('Organization', request.subject.organization)
  list('Organizational Unit', request.subject.organizationalUnit)
  list('Country', request.subject.country)
  list('Locality', request.subject.locality)
  list('Province', request.subject.province)
  list('StreetAddress', request.subject.streetAddress)
  list('PostalCode', request.subject.postalCode)
  const { dns, email, uri, ip } = request.alternativeNames
  if (dns.length + email.length + uri.length + ip.length) write(0, 'Subject Alternative Names:')
  list('DNS Names', dns)
  list('Email Addresses', email)
  list('URIs', uri)
  list('IP Addresses', ip)
  yield* closeWithEvents(d, around)
})

function statusText(status: CertificateSigningRequest['status']): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type)
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`
}
