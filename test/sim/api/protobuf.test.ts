import { expect, test } from 'vitest'
import { protobufReader } from '../../../src/sim/api/protobuf'

/** Bodies recorded from kubectl 1.33.1. */
const recorded = {
  deployment:
    'azhzAAoVCgdhcHBzL3YxEgpEZXBsb3ltZW50Er0BCh8KA3dlYhIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViEosBCAMSDAoKCgNhcHASA3dlYhpxChwKABIAGgAiACoAMgA4AEIAWgoKA2FwcBIDd2ViElESMwoFbmdpbngSCm5naW54OjEuMjcqADIKCgAQABhQIgAqAEIAagByAIABAIgBAJABAKIBABoAMgBCAEoAUgBYAGAAaACCAQCKAQCaAQDCAQAiAgoAKAA4ABoMCAAQABgAIAAoADgAGgAiAA==',
  configMap: 'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEisKEQoBcxIAGgAiACoAMgA4AEIAEg4KCV9fcHJvdG9fXxIBeBIGCgFhEgFiGgAiAA==',
  ingress:
    'azhzAAofChRuZXR3b3JraW5nLms4cy5pby92MRIHSW5ncmVzcxJHChEKAWkSABoAIgAqADIAOABCABIuGiwKB2Zvby5jb20SIQofCh0KBC9iYXISDSILCgNzdmMSBAoAEFAaBlByZWZpeBoCCgAaACIA',
  budget:
    'azhzAAogCglwb2xpY3kvdjESE1BvZERpc3J1cHRpb25CdWRnZXQSNgoRCgFwEgAaACIAKgAyADgAQgASFQoJCAEQABoDNTAlEggKBgoBYRIBYhoKCAAYACAAKAAwABoAIgA=',
  token: 'azhzAAooChhhdXRoZW50aWNhdGlvbi5rOHMuaW8vdjESDFRva2VuUmVxdWVzdBIdChAKABIAGgAiACoAMgA4AEIAEgMg2AQaBAoAEgAaACIA',
  priorityClass:
    'azhzAAolChRzY2hlZHVsaW5nLms4cy5pby92MRINUHJpb3JpdHlDbGFzcxI8ChQKBGhpZ2gSABoAIgAqADIAOABCABCY+P////////8BGAAiAXgqFFByZWVtcHRMb3dlclByaW9yaXR5GgAiAA==',
}

const as = { group: '', version: 'v1', kind: 'Pod' }
const read = (body: keyof typeof recorded) => protobufReader.read(Buffer.from(recorded[body], 'base64'), as)

test('a Deployment loses the zero values that Go writes and JSON omits', () => {
  expect(read('deployment')).toEqual({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 80 }], resources: {} }] },
      },
      strategy: {},
    },
    status: {},
  })
})

test('embedded messages are merged into their parent', () => {
  expect(read('ingress')).toMatchObject({
    spec: {
      rules: [
        {
          host: 'foo.com',
          http: { paths: [{ path: '/bar', pathType: 'Prefix', backend: { service: { name: 'svc', port: { number: 80 } } } }] },
        },
      ],
    },
  })
})

test('an IntOrString is its text or its number, a negative number stays negative', () => {
  expect(read('budget')).toMatchObject({ spec: { minAvailable: '50%' } })
  expect(read('priorityClass')).toMatchObject({ value: -1000, preemptionPolicy: 'PreemptLowerPriority' })
})

test('a map may have any key', () => {
  expect(Object.entries((read('configMap') as { data: object }).data)).toEqual([
    ['__proto__', 'x'],
    ['a', 'b'],
  ])
})

test('a TokenRequest names its own group', () => {
  expect(read('token')).toMatchObject({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } })
})

test.each([
  ['not protobuf at all', Buffer.from('{"kind":"Pod"}')],
  ['a message that ends too early', Buffer.from(recorded.deployment, 'base64').subarray(0, 60)],
  ['an unknown kind', Buffer.from('azhzAAoKCgJ2MRIEQmxvYg==', 'base64')],
  ['nothing', Buffer.alloc(0)],
])('%s is a bad request', (_, body) => {
  expect(() => protobufReader.read(body, as)).toThrow(expect.objectContaining({ code: 400 }))
})

test('a body cut or bent anywhere never does worse than a bad request', () => {
  const body = Buffer.from(recorded.deployment, 'base64')
  for (let i = 0; i < body.length; i++) {
    const bent = Uint8Array.from(body)
    bent[i] = bent[i]! ^ 0xff
    for (const bytes of [bent, body.subarray(0, i)]) {
      try {
        protobufReader.read(bytes, as)
      } catch (error) {
        expect(error).toMatchObject({ code: 400 })
      }
    }
  }
})
