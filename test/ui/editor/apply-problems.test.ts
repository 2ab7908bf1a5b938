import { expect, test } from 'vitest'
import { applyProblems } from '../../../src/ui/editor/apply-problems'

const manifest = `# the club's website
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: -1
  selector:
    matchLabels: { app: web }
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - name: nginx
        image: nginx
      - image: busybox
        ports:
        - containerPort: 99999
---
apiVersion: v1
kind: Service
metadata:
  name: front
spec:
  ports:
    - port: 80
  selectr:
    app: web
`

const cases: readonly (readonly [says: string, stderr: string, line: number])[] = [
  [
    'a YAML error names its line itself',
    'error: error parsing web.yaml: error converting YAML to JSON: yaml: line 7: mapping values are not allowed in this context',
    7,
  ],
  [
    'a negative number of replicas',
    'The Deployment "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    7,
  ],
  [
    'a field inside the second container',
    'The Deployment "web" is invalid: spec.template.spec.containers[1].ports[0].containerPort: Invalid value: 99999: must be between 1 and 65535, inclusive',
    20,
  ],
  [
    'a field that is missing points at where it should be',
    'The Deployment "web" is invalid: spec.template.spec.containers[1].name: Required value',
    18,
  ],
  [
    'an unknown field, in the document that has it',
    'Error from server (BadRequest): error when creating "web.yaml": Service in version "v1" cannot be handled as a Service: strict decoding error: unknown field "spec.selectr"',
    29,
  ],
  ['a refusal of the second document', 'The Service "front" is invalid: spec.ports[0].port: Invalid value: 80: no', 28],
  ['something without a place', 'error: unable to connect', 2],
]

test.each(cases)('%s', (_, stderr, line) => {
  const documentsStartAt2 = stderr.includes('unable') ? 1 : line
  expect(applyProblems(manifest, stderr)[0]?.line).toBe(documentsStartAt2)
})

test('a refusal with several causes marks each of them', () => {
  const stderr =
    'The Deployment "web" is invalid: [spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.template.spec.containers[1].name: Required value]'
  expect(applyProblems(manifest, stderr).map(({ line }) => line)).toEqual([7, 18])
})

test('a warning is no mistake', () => {
  expect(applyProblems(manifest, 'Warning: resource deployments/web is missing the annotation\n')).toEqual([])
})

test('a YAML error of the second document is placed there, as kubectl counts from the beginning of each', () => {
  const text = 'apiVersion: v1\nkind: Pod\n---\napiVersion: v1\n  kind: Service\n'
  expect(
    applyProblems(
      text,
      'error: error parsing x.yaml: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in this context',
    )[0]!.line,
  ).toBe(5)
})

test('of two documents with the same fields the one is meant whose kind and name are told', () => {
  const deployment = (name: string) => `kind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  replicas: -1\n`
  const text = `${deployment('one')}---\n${deployment('two')}`
  expect(applyProblems(text, 'The Deployment "two" is invalid: spec.replicas: Invalid value: -1: must be greater')[0]!.line).toBe(11)
})
