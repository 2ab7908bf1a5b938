import { age } from '../../api/columns'
import type { FieldError, FieldPath } from '../../api/field-path'
import type { KindRules } from '../../api/kind'
import type { CertificateSigningRequest, CertificateSigningRequestSpec } from '../../api/types/certificates-v1.gen'
import { humanDuration } from '../../formats/duration'
import { readRequest } from '../../formats/x509-reading'
import { fromBase64 } from '../core/data-size'
import { withEmpty } from '../defaulting'

/** What may be written of a CertificateSigningRequest, and what `kubectl get` shows of it. */
export const certificateSigningRequestRules: KindRules<CertificateSigningRequest> = {
  defaults: (object) => withEmpty(object, 'spec'),
  beforeCreate: (object) => ({ ...object, status: {} }),
  validate: ({ spec }, at) => specErrors(spec, at('spec')),
  validateStatusUpdate: (object, old, at) => (object.status?.certificate === old.status?.certificate ? [] : certificateErrors(object, at)),
  // What was asked for stays, whatever a later write says.
  beforeUpdate: (object, old) => ({ ...object, spec: old.spec }),
  columns: [
    age,
    ['SignerName', ({ spec }) => spec.signerName || '<none>'],
    ['Requestor', ({ spec }) => spec.username ?? ''],
    ['RequestedDuration', ({ spec }) => (spec.expirationSeconds === undefined ? '<none>' : humanDuration(spec.expirationSeconds * 1000))],
    ['Condition', conditionText],
  ],
}

/** In the order of the alphabet, as they are told. */
const USAGES = 'any,cert sign,client auth,code signing,content commitment,crl sign,data encipherment,decipher only,digital signature,email protection,encipher only,ipsec end system,ipsec tunnel,ipsec user,key agreement,key encipherment,microsoft sgc,netscape sgc,ocsp signing,s/mime,server auth,signing,timestamping'.split(',') // prettier-ignore

function specErrors({ request, usages, signerName, expirationSeconds }: CertificateSigningRequestSpec, at: FieldPath): FieldError[] {
  const errors: FieldError[] = []
  const complaint = requestComplaint(fromBase64(request ?? '') ?? '')
  if (complaint !== undefined) errors.push(at('request').invalid(request ?? '', complaint))
  if (!usages?.length) errors.push(at('usages').required('usages must be provided'))
  usages?.forEach((usage, index) => {
    if (!USAGES.includes(usage)) errors.push(at('usages', index).notSupported(usage, USAGES))
    if (usages.indexOf(usage) < index) errors.push(at('usages', index).duplicate(usage))
  })
  if (!signerName) errors.push(at('signerName').required())
  else if (!/^[^/]+\.[^/]+\/.+$/.test(signerName))
    errors.push(at('signerName').invalid(signerName, 'must be a fully qualified domain and path of the form "example.com/signer-name"'))
  if (expirationSeconds !== undefined && expirationSeconds < 600)
    errors.push(at('expirationSeconds').invalid(expirationSeconds, 'may not specify a duration less than 600 seconds (10 minutes)'))
  return errors
}

/** What keeps a text from being a request for a certificate. */
function requestComplaint(pem: string): string | undefined {
  if (!/-----BEGIN (NEW )?CERTIFICATE REQUEST-----/.test(pem)) return 'PEM block type must be CERTIFICATE REQUEST'
  return readRequest(pem) ? undefined : 'asn1: syntax error: data truncated'
}

/** `Pending`, or what was decided and done about it: `Approved,Issued`. */
function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status?.conditions?.some((condition) => condition.type === type)
  const decided = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending'
  return [decided, ...(has('Failed') ? ['Failed'] : []), ...(status?.certificate ? ['Issued'] : [])].join(',')
}

/** What a signer may not leave as the certificate that it issued. */
function certificateErrors({ status }: CertificateSigningRequest, at: FieldPath): FieldError[] {
  if (!status?.certificate) return []
  const pem = fromBase64(status.certificate) ?? ''
  const types = [...pem.matchAll(/-----BEGIN ([^-]+)-----/g)].map(([, type]) => type!)
  const other = types.find((type) => type !== 'CERTIFICATE')
  const complaint =
    other !== undefined
      ? `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(other)}`
      : types.length === 0
        ? 'must contain at least one CERTIFICATE PEM block'
        : undefined
  return complaint === undefined ? [] : [at('status', 'certificate').invalid('<certificate data>', complaint)]
}
