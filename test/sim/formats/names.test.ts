import { expect, test } from 'vitest'
import * as names from '../../../src/sim/formats/names'

const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const label =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const labelText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
const name =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

test.each<[keyof typeof names, string, string[]]>([
  ['dnsSubdomain', 'web-1.example', []],
  ['dnsSubdomain', 'My_App', [subdomain]],
  ['dnsSubdomain', '', [subdomain]],
  ['dnsSubdomain', 'a'.repeat(254), ['must be no more than 253 characters']],
  ['dnsLabel', 'web', []],
  ['dnsLabel', 'Web', [label]],
  ['dnsLabel', 'web.example', ['must not contain dots']],
  ['dnsLabel', 'a'.repeat(64), ['must be no more than 63 characters']],
  ['labelValue', '', []],
  ['labelValue', 'a b', [labelText]],
  ['labelValue', 'a'.repeat(64), ['must be no more than 63 bytes']],
  ['qualifiedName', 'app.kubernetes.io/name', []],
  ['qualifiedName', 'a b', [name]],
  ['qualifiedName', '/name', ['prefix part must be non-empty']],
  ['qualifiedName', 'example.com/', ['name part must be non-empty', name]],
  ['portName', 'http', []],
  ['portName', '8080', ['must contain at least one letter (a-z)']],
  [
    'portName',
    'HTTP',
    ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)', 'must contain at least one letter (a-z)'],
  ],
  ['configMapKey', '..', ["must not be '..'"]],
  ['configMapKey', '..data', ["must not start with '..'"]],
  ['pathSegment', 'a/b%', ["may not contain '/'", "may not contain '%'"]],
  ['pathSegment', 'system:node', []],
  ['environmentVariableName', 'A=B', ["a valid environment variable name must consist only of printable ASCII characters other than '='"]],
])('%s says of %j what a real server says', (check, value, complaints) => {
  expect((names[check] as names.NameCheck)(value)).toEqual(complaints)
})

test('a huge label value is refused without delay', () => {
  expect(names.labelValue('a.'.repeat(1_000_000))).toHaveLength(2)
})
