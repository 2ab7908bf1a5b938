import { expect, test } from 'vitest'
import { celEnvironment, compile, EvaluationError } from '../../../../src/sim/api/cel/expression'

const value = (expression: string) => compile(celEnvironment({}), expression).evaluate({})

test.each([
  ['sets.contains([1, 2, 3], [1])', true],
  ['sets.equivalent([1, 1], [1])', true],
  ["sets.intersects(['a'], ['b'])", false],
  ["ip('10.0.0.1').family() == 4 && ip('::1').isLoopback()", true],
  ["ip('169.254.1.1').isLinkLocalUnicast()", true],
  ["cidr('10.0.0.0/8').containsIP('10.1.2.3')", true],
  ["cidr('10.0.0.0/8').containsIP(ip('11.1.2.3'))", false],
  ["cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16')", true],
  ["string(cidr('10.1.2.3/16').masked())", '10.1.0.0/16'],
  ["cidr('10.1.2.3/16').prefixLength() == 16", true],
  ["url('https://example.com:80/path?k=v').getHost()", 'example.com:80'],
  ["url('https://example.com:80/path').getPort()", '80'],
  ["url('/path').getHost()", ''],
  ["url('https://e.com/?k=a&k=b').getQuery()['k']", ['a', 'b']],
  ["isURL('https://e.com') && !isURL('../x')", true],
  ["semver('1.2.3').isLessThan(semver('1.10.0'))", true],
  ["semver('1.0.0-alpha').compareTo(semver('1.0.0')) == -1", true],
  ["semver('v1.2', true).minor() == 2", true],
  ["isSemver('1.2')", false],
  ["format.dns1123Label().validate('web').hasValue()", false],
  ["format.named('dns1123Label').value().validate('Web').value()[0].startsWith('a lowercase RFC 1123 label')", true],
  ["format.named('nothing').hasValue()", false],
  ["quantity('1').add(1).isGreaterThan(quantity('1500m'))", true],
])('%s', (expression, wanted) => {
  expect(value(expression)).toEqual(wanted)
})

test.each(["ip('10.0.0')", "cidr('10.0.0.0')", "url('nothing')", "semver('1.2')"])('%s is an error of the expression', (expression) => {
  expect(() => value(expression)).toThrow(EvaluationError)
})
