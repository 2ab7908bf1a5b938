import { beforeAll, expect, test } from 'vitest'
import { fieldPath } from '../../../../src/sim/api/field-path'
import { createCluster, type Cluster } from '../../../../src/sim/cluster'
import { certificateSigningRequest } from '../../../../src/sim/kinds/certificates/certificate-signing-request'

let cluster: Cluster
beforeAll(() => {
  cluster = createCluster()
})

/** Asks for a certificate with a key and a request made by openssl in the simulated shell. */
const ask = (name: string, subject: string, { signer = 'kubernetes.io/kube-apiserver-client', usages = '[client auth]' } = {}) =>
  cluster.run(`openssl genrsa -out ${name}.key 2048
openssl req -new -key ${name}.key -out ${name}.csr -subj "${subject}"
kubectl apply -f - <<Y
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: ${name}}
spec:
  request: $(base64 ${name}.csr | tr -d '\\n')
  signerName: ${signer}
  expirationSeconds: 86400
  usages: ${usages}
Y`)

test('a normal user gets a certificate, logs in with it, and may do what her group may', () => {
  expect(ask('jane', '/O=dev/CN=jane').stdout).toBe('certificatesigningrequest.certificates.k8s.io/jane created\n')
  cluster.run('kubectl certificate approve jane; sleep 2')
  cluster.run(`kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt
    kubectl create rolebinding dev --clusterrole=view --group=dev
    kubectl config set-credentials jane --client-key=jane.key --client-certificate=jane.crt --embed-certs=true`)
  expect(cluster.run('openssl x509 -in jane.crt -noout -subject -issuer -enddate').stdout).toBe(
    'subject=O = dev, CN = jane\nissuer=CN = kubernetes\nnotAfter=Jan  1 23:55:00 2026 GMT\n',
  )
  expect(cluster.run('openssl verify -CAfile /etc/kubernetes/pki/ca.crt jane.crt').stdout).toBe('jane.crt: OK\n')
  expect(cluster.run('kubectl auth whoami --user=jane').stdout).toContain('[dev system:authenticated]')
  expect(cluster.run('kubectl get pods --user=jane').stderr).toBe('No resources found in default namespace.\n')
  expect(cluster.run('kubectl get nodes --user=jane').stderr).toContain('User "jane" cannot list resource "nodes"')
})

test('a certificate from the authority by hand is as good; one of somebody else is not', () => {
  cluster.run(`openssl req -new -newkey rsa:2048 -nodes -keyout bob.key -out bob.csr -subj /CN=bob
    openssl x509 -req -in bob.csr -CA /etc/kubernetes/pki/ca.crt -CAkey /etc/kubernetes/pki/ca.key -CAcreateserial -out bob.crt -days 1
    openssl req -x509 -newkey rsa:2048 -nodes -keyout eve.key -out eve.crt -subj /O=system:masters/CN=eve
    for u in bob eve; do kubectl config set-credentials $u --client-key=$u.key --client-certificate=$u.crt; done`)
  expect(cluster.run('kubectl auth whoami --user=bob').stdout).toMatch(/Username +bob\n/)
  expect(cluster.run('kubectl auth whoami --user=eve').stderr).toBe('error: You must be logged in to the server (Unauthorized)\n')
})

test('a certificate that has run out lets nobody in any more', () => {
  cluster.run(`openssl req -new -newkey rsa:2048 -nodes -keyout old.key -out old.csr -subj /CN=old
    openssl x509 -req -in old.csr -CA /etc/kubernetes/pki/ca.crt -CAkey /etc/kubernetes/pki/ca.key -out old.crt -days 0
    kubectl config set-credentials old --client-key=old.key --client-certificate=old.crt`)
  expect(cluster.run('kubectl auth whoami --user=old').stderr).toContain('Unauthorized')
})

test.each([
  [
    'superuser',
    '/O=system:masters/CN=root',
    {},
    'use of kubernetes.io/kube-apiserver-client signer with system:masters group is not allowed',
  ],
])('nobody asks to be a %s', (name, subject, options, why) => {
  expect(ask(name, subject, options).stderr).toContain(why)
})

test.each([
  ['server', '/CN=x', { usages: '[server auth]' }, 'invalid usage for client certificate: server auth'],
  ['useless', '/CN=x', { usages: '[digital signature]' }, 'missing required usage for client certificate: client auth'],
  ['node', '/CN=x', { signer: 'kubernetes.io/kube-apiserver-client-kubelet' }, 'organization is not system:nodes'],
])('an approved request for a %s certificate fails when the signer does not sign such', (name, subject, options, why) => {
  ask(name, subject, options)
  cluster.run(`kubectl certificate approve ${name}; sleep 2`)
  expect(cluster.run(`kubectl get csr ${name} -o jsonpath='{.status.conditions[?(@.type=="Failed")].message}'`).stdout).toBe(why)
  expect(cluster.run(`kubectl get csr ${name} --no-headers`).stdout).toMatch(/Approved,Failed\n$/)
})

test('what is no request is refused', () => {
  cluster.run('openssl genrsa -out k.key')
  expect(
    cluster.run(`kubectl apply -f - <<Y
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: wrong}
spec: {request: $(base64 -w0 k.key), signerName: kubernetes.io/kube-apiserver-client, usages: [client auth]}
Y`).stderr,
  ).toContain('PEM block type must be CERTIFICATE REQUEST')
})

test('approving needs leave for the signer', () => {
  ask('late', '/CN=late')
  cluster.run(`kubectl create clusterrole approver --verb=get,list,update --resource=certificatesigningrequests,certificatesigningrequests/approval
    kubectl create clusterrolebinding approver --clusterrole=approver --user=ann`)
  expect(cluster.run('kubectl certificate approve late --as=ann').stderr).toContain(
    'user not permitted to approve requests with signerName "kubernetes.io/kube-apiserver-client"',
  )
})

test.each([
  ['YWJj', 'must contain at least one CERTIFICATE PEM block'],
  [btoa('-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n'), 'only CERTIFICATE PEM blocks are allowed, found "RSA PRIVATE KEY"'], // prettier-ignore
])('a signer cannot leave %s as a certificate', (certificate, complaint) => {
  const { validateStatusUpdate } = certificateSigningRequest
  const request = { apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'x' }, spec: {} }
  const errors = validateStatusUpdate!({ ...request, status: { certificate } } as never, request as never, fieldPath(), {} as never)
  expect(errors.map(({ field, message }) => `${field}: ${message}`)).toEqual([
    `status.certificate: Invalid value: "<certificate data>": ${complaint}`,
  ])
})
