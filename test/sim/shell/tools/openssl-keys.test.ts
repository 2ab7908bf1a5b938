import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('a person with an elliptic key asks for a client certificate and uses it', () => {
  const cluster = createCluster({ seed: 5 })
  const run = (line: string) => cluster.run(line)
  expect(run('openssl ecparam -name secp256r1 -genkey -noout -out jane.key')).toEqual({
    stdout: '',
    stderr: 'using curve name prime256v1 instead of secp256r1\n',
    code: 0,
  })
  expect(run('head -1 jane.key').stdout).toBe('-----BEGIN EC PRIVATE KEY-----\n')
  run('openssl req -new -key jane.key -subj /CN=jane/O=dev -out jane.csr')
  const text = run('openssl req -in jane.csr -noout -text').stdout
  expect(text).toContain('Public Key Algorithm: id-ecPublicKey\n                Public-Key: (256 bit)\n                pub:\n')
  expect(text).toContain('                ASN1 OID: prime256v1\n                NIST CURVE: P-256\n')
  expect(text).toContain('    Signature Algorithm: ecdsa-with-SHA256\n')
  run(`cat > jane.yaml <<END
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: jane}
spec:
  request: $(base64 -w0 < jane.csr)
  signerName: kubernetes.io/kube-apiserver-client
  usages: [client auth]
END`)
  run('kubectl apply -f jane.yaml && kubectl certificate approve jane')
  cluster.advance('3s')
  run("kubectl get csr jane -o jsonpath='{.status.certificate}' | base64 -d > jane.crt")
  expect(run('openssl x509 -in jane.crt -noout -pubkey').stdout).toBe(run('openssl ec -in jane.key -pubout 2>/dev/null').stdout)
  run('kubectl config set-credentials jane --client-certificate=jane.crt --client-key=jane.key')
  expect(run('kubectl auth whoami --user=jane').stdout).toContain('jane')
})

test('openssl refuses keys of another sort in its own words', () => {
  const cluster = createCluster({ seed: 5 })
  cluster.run('openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out a.key; openssl genpkey -algorithm ed25519 -out b.key')
  expect(cluster.run('openssl pkey -in a.key -noout -text').stdout).toMatch(/^Private-Key: \(384 bit\)\npriv:\n(    .*\n)+pub:\n    04:/)
  expect(cluster.run('openssl rsa -in a.key')).toMatchObject({ stderr: 'Not an RSA key\n', code: 1 })
  expect(cluster.run('openssl ec -in b.key')).toMatchObject({ stderr: 'read EC key\nNot an EC key\n', code: 1 })
  expect(cluster.run('openssl genpkey -algorithm EC')).toMatchObject({ stderr: 'genpkey: Error generating EC key\n', code: 1 })
})
