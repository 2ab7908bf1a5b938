/**
 * What Kubernetes calls a valid name, in its many sorts. Each check returns the complaints of a real server (`k8s.io/apimachinery`'s
 * validation); no complaints means valid.
 */
export type NameCheck = (value: string) => readonly string[]

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?'
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]'

/** A form of text: how long it may be, what it must match, and how a server explains that. */
interface TextForm {
  readonly maxLength?: number
  readonly unit?: 'bytes' | 'characters'
  readonly pattern: string
  readonly explanation: string
  readonly examples: readonly string[]
}

function checkOf({ maxLength, unit = 'characters', pattern, explanation, examples }: TextForm): NameCheck {
  const regex = new RegExp(`^(?:${pattern})$`)
  return (value) => {
    const tooLong = maxLength !== undefined && value.length > maxLength ? [`must be no more than ${maxLength} ${unit}`] : []
    // What is far too long is not matched at all, so that no pattern can take long.
    const matches = value.length <= 4096 && regex.test(value)
    return matches ? tooLong : [...tooLong, patternComplaint(explanation, pattern, examples)]
  }
}

/** How a server explains a pattern: the examples are joined with a comma and a double space before `or`, as `RegexError` does. */
export function patternComplaint(explanation: string, pattern: string, examples: readonly string[] = []): string {
  if (examples.length === 0) return `${explanation} (regex used for validation is '${pattern}')`
  return `${explanation} (e.g. ${examples.map((example) => `'${example}', `).join(' or ')}regex used for validation is '${pattern}')`
}

const dnsLabelForm = checkOf({
  maxLength: 63,
  pattern: LABEL,
  explanation:
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
  examples: ['my-name', '123-abc'],
})

const subdomainPattern = new RegExp(`^${SUBDOMAIN}$`)

/** RFC 1123 label: names of namespaces, containers, volumes. */
export const dnsLabel: NameCheck = (value) => {
  const complaints = dnsLabelForm(value)
  const onlyDots = complaints.length > 0 && value.includes('.') && value.length <= 4096 && subdomainPattern.test(value)
  return onlyDots ? [...complaints.slice(0, -1), 'must not contain dots'] : complaints
}

/** RFC 1123 subdomain: the name of most objects. */
export const dnsSubdomain: NameCheck = checkOf({
  maxLength: 253,
  pattern: SUBDOMAIN,
  explanation:
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
  examples: ['example.com'],
})

/** RFC 1035 label, which begins with a letter: the name of a Service. */
export const dns1035Label: NameCheck = checkOf({
  maxLength: 63,
  pattern: '[a-z]([-a-z0-9]*[a-z0-9])?',
  explanation:
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
  examples: ['my-name', 'abc-123'],
})

/** `*.example.com`: the wildcard host of an Ingress. */
export const wildcardSubdomain: NameCheck = checkOf({
  maxLength: 253,
  pattern: `\\*\\.${SUBDOMAIN}`,
  explanation:
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
  examples: ['*.example.com'],
})

const qualifiedExplanation =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
const qualifiedComplaint = patternComplaint(qualifiedExplanation, QUALIFIED, ['MyName', 'my.name', '123-abc'])
const qualifiedPattern = new RegExp(`^${QUALIFIED}$`)

/** A label's key, an annotation's key, a resource's name: an optional DNS subdomain and `/`, then a name. */
export const qualifiedName: NameCheck = (value) => {
  const parts = value.split('/')
  if (parts.length > 2)
    return [`a valid label key ${qualifiedComplaint} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`]
  const name = parts[parts.length - 1]!
  const complaints: string[] = []
  if (parts.length === 2)
    complaints.push(...(parts[0] === '' ? ['must be non-empty'] : dnsSubdomain(parts[0]!)).map((complaint) => `prefix part ${complaint}`))
  if (name === '') complaints.push('name part must be non-empty')
  else if (name.length > 63) complaints.push('name part must be no more than 63 bytes')
  if (name.length > 4096 || !qualifiedPattern.test(name)) complaints.push(`name part ${qualifiedComplaint}`)
  return complaints
}

/** A label's value; may be empty. */
export const labelValue: NameCheck = checkOf({
  maxLength: 63,
  unit: 'bytes',
  pattern: `(${QUALIFIED})?`,
  explanation:
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  examples: ['MyValue', 'my_value', '12345'],
})

/** The name of an environment variable as releases from 1.34 on read it: anything printable but `=`. */
export const environmentVariableName: NameCheck = (value) => [
  ...(value === '' ? ['environment variable name must be non-empty'] : []),
  ...(/^[\x20-\x3c\x3e-\x7e]*$/.test(value)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]),
]

const configKeyForm = checkOf({
  maxLength: 253,
  pattern: '[-._a-zA-Z0-9]+',
  explanation: "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
  examples: ['key.name', 'KEY_NAME', 'key-name'],
})

/** A key in a ConfigMap or Secret, which may become a file's name. */
export const configMapKey: NameCheck = (value) => [...configKeyForm(value), ...noParentFolder(value)]

function noParentFolder(value: string): readonly string[] {
  if (value === '.' || value === '..') return [`must not be '${value}'`]
  return value.startsWith('..') ? ["must not start with '..'"] : []
}

/** The name of a port in a Pod, to which a Service may refer (an IANA service name). */
export const portName: NameCheck = (value) => [
  ...(value.length > 15 ? ['must be no more than 15 characters'] : []),
  ...(/^[-a-z0-9]+$/.test(value) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
  ...(/[a-z]/.test(value) ? [] : ['must contain at least one letter (a-z)']),
  ...(value.includes('--') ? ['must not contain consecutive hyphens'] : []),
  ...(/^-|-$/.test(value) ? ['must not begin or end with a hyphen'] : []),
]

/** `25%`: half of what an int-or-percent field accepts. */
export const percent: NameCheck = checkOf({
  pattern: '[0-9]+%',
  explanation: "a valid percent string must be a numeric string followed by an ending '%'",
  examples: ['1%', '93%'],
})

/** The name of an HTTP header in a probe. */
export const httpHeaderName: NameCheck = checkOf({
  pattern: '[-A-Za-z0-9]+',
  explanation: "a valid HTTP header must consist of alphanumeric characters or '-'",
  examples: ['X-Header-Name'],
})

/** A name that becomes one segment of a URL and may otherwise be anything: Roles, ClusterRoleBindings… */
export const pathSegment: NameCheck = (value) => {
  if (value === '.' || value === '..') return [`may not be '${value}'`]
  return ['/', '%'].filter((illegal) => value.includes(illegal)).map((illegal) => `may not contain '${illegal}'`)
}

/** Complaint about a number outside a range. */
export const notBetween = (low: number, high: number): string => `must be between ${low} and ${high}, inclusive`

/** A port's number. */
export const portNumber = (value: number): readonly string[] => (value >= 1 && value <= 65535 ? [] : [notBetween(1, 65535)])

/** A name that ends in a dash is the beginning of a generated one: the dash counts as the letter that will follow. */
export const asGenerateName =
  (check: NameCheck): NameCheck =>
  (value) =>
    check(value.endsWith('-') ? `${value.slice(0, -1)}a` : value)
