import { beforeAll, expect, test } from 'vitest'
import { distrust } from '../../../../src/sim/api/served-certificate'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'
import { writeCertificate } from '../../../../src/sim/formats/x509-writing'

/** An authority, a certificate of its for the webhook's Service, and the webhook of Kubernetes' end-to-end tests that serves with it. */
const setUp = `openssl genrsa -out ca.key 2048; openssl req -x509 -new -key ca.key -subj "/CN=webhook-ca" -days 100 -out ca.crt
openssl genrsa -out other.key 2048; openssl req -x509 -new -key other.key -subj "/CN=webhook-ca" -days 100 -out namesake.crt
openssl req -x509 -new -key other.key -subj "/CN=somebody" -days 100 -out other.crt
sign() {
  openssl genrsa -out $1.key 2048; openssl req -new -key $1.key -subj "/CN=web" -out $1.csr
  printf "$2" > $1.ext; openssl x509 -req -in $1.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days $3 -extfile $1.ext -out $1.crt
}
sign good 'subjectAltName=DNS:good.default.svc' 50
sign named 'subjectAltName=DNS:a.example,DNS:b.example' 50
sign bare '' 50
for name in good named bare; do
kubectl create secret tls $name --cert=$name.crt --key=$name.key
cat <<E | kubectl apply -f -
apiVersion: v1
kind: Pod
metadata: {name: $name, labels: {app: $name}}
spec:
  containers:
  - name: w
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [webhook, --tls-cert-file=/tls/tls.crt, --tls-private-key-file=/tls/tls.key, --port=8443]
    volumeMounts: [{name: tls, mountPath: /tls}]
  volumes: [{name: tls, secret: {secretName: $name}}]
E
kubectl expose pod $name --port=443 --target-port=8443
done
kubectl wait --for=condition=Ready pod --all --timeout=120s`

/** What a ConfigMap hears that is created while a webhook judges with these authorities. */
const judged = (name: string, bundle: string) => `cat <<E | kubectl apply -f - >/dev/null
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: w}
webhooks:
- name: w.example.com
  admissionReviewVersions: [v1]
  sideEffects: None
  clientConfig: {service: {namespace: default, name: ${name}, path: /always-deny}${bundle && `, caBundle: $(base64 -w0 ${bundle})`}}
  rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [configmaps]}]
E
sleep 1; kubectl create configmap x; kubectl delete validatingwebhookconfiguration w >/dev/null`

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster()
  cluster.run(setUp)
}, 60_000)

const failed = (name: string, why: string) =>
  `error: failed to create configmap: Internal error occurred: failed calling webhook "w.example.com": failed to call webhook: Post "https://${name}.default.svc:443/always-deny?timeout=10s": tls: failed to verify certificate: x509: ${why}\n`

test('a webhook is asked whose certificate the given authority has signed for its Service', () => {
  expect(cluster.run(judged('good', 'ca.crt')).stderr).toBe(
    'error: failed to create configmap: admission webhook "w.example.com" denied the request: this webhook denies all requests\n',
  )
  // A certificate may be its own authority.
  expect(cluster.run(judged('good', 'good.crt')).stderr).toContain('this webhook denies all requests')
})

test.each([
  ['good', '', 'certificate signed by unknown authority'],
  ['good', 'other.crt', 'certificate signed by unknown authority'],
  ['good', 'namesake.crt', 'certificate signed by unknown authority (possibly because of "crypto/rsa: verification error" while trying to verify candidate authority certificate "webhook-ca")'], // prettier-ignore
  ['named', 'ca.crt', 'certificate is valid for a.example, b.example, not named.default.svc'],
  ['bare', 'ca.crt', 'certificate relies on legacy Common Name field, use SANs instead'],
])('the webhook %s with the authority %j fails: %s', (name, bundle, why) => {
  expect(cluster.run(judged(name, bundle)).stderr).toBe(failed(name, why))
})

test('a certificate that is over, or not yet in force, is no good', () => {
  const nowMs = Date.UTC(2026, 0, 1)
  const name = [['CN', 'web']] as const
  const pem = (notBeforeMs: number, notAfterMs: number) =>
    writeCertificate(
      { serial: '01', subject: name, issuer: name, notBeforeMs, notAfterMs, key: 'c0', alternativeNames: ['DNS:*.default.svc'], isAuthority: false, usages: [] }, // prettier-ignore
      'c0',
    )
  const judge = (text: string) => distrust(text, text, 'web.default.svc', nowMs)
  expect(judge(pem(nowMs - 1000, nowMs + 1000))).toBeUndefined()
  const late = 'x509: certificate has expired or is not yet valid: current time 2026-01-01T00:00:00Z is'
  expect(judge(pem(nowMs - 2000, nowMs - 1000))).toBe(`${late} after 2025-12-31T23:59:59Z`)
  expect(judge(pem(nowMs + 1000, nowMs + 2000))).toBe(`${late} before 2026-01-01T00:00:01Z`)
})
