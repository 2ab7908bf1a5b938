import { expect, test } from 'vitest'
import { configuredName, extensionsOf, readConfiguration } from '../../../../src/sim/shell/tools/openssl-configuration'
import { createCluster } from '../../../../src/sim/cluster'

/** The configuration of the documentation's page on making certificates by hand, shortened. */
const CONF = `
[ req ]
prompt = no
req_extensions = req_ext   # what the request asks for
distinguished_name = dn

[ dn ]
O = Kubernetes
CN = 10.0.0.1

[ req_ext ]
subjectAltName = @alt_names

[ alt_names ]
DNS.1 = kubernetes
DNS.2 = kubernetes.default
IP.1 = 10.0.0.1

[ v3_ext ]
basicConstraints=CA:FALSE
extendedKeyUsage=serverAuth,clientAuth
subjectAltName=@alt_names
`

const NAMES = 'DNS:kubernetes, DNS:kubernetes.default, IP Address:10.0.0.1'

test('sections name the subject, its other names, and what a certificate is for', () => {
  const configuration = readConfiguration(CONF)
  expect(configuredName(configuration)).toBe('/O=Kubernetes/CN=10.0.0.1')
  expect(extensionsOf(configuration, 'v3_ext')).toEqual({
    alternativeNames: NAMES.split(', '),
    usages: ['serverAuth', 'clientAuth'],
    isAuthority: false,
  })
  expect(extensionsOf(readConfiguration('subjectAltName = DNS:a, IP:10.0.0.2\nbasicConstraints = critical,CA:TRUE\n'))).toEqual({
    alternativeNames: ['DNS:a', 'IP Address:10.0.0.2'],
    usages: [],
    isAuthority: true,
  })
})

test('a certificate made by hand has the names of the extensions file; those that only its request asks for are not taken over', () => {
  const cluster = createCluster({ seed: 1 })
  cluster.files.write('/root/csr.conf', CONF)
  const said = (command: string) => cluster.run(command).stdout
  cluster.run(`
    openssl genrsa -out ca.key 2048; openssl req -x509 -new -nodes -key ca.key -subj "/CN=10.0.0.1" -days 10000 -out ca.crt
    openssl genrsa -out server.key 2048; openssl req -new -key server.key -out server.csr -config csr.conf
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out server.crt -days 100 -extensions v3_ext -extfile csr.conf
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out plain.crt -days 100
    openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out copied.crt -days 100 -copy_extensions copy`)
  expect(said('openssl req -noout -text -in server.csr')).toContain(NAMES)
  expect(said('openssl x509 -noout -text -in server.crt')).toContain(NAMES)
  expect(said('openssl x509 -noout -text -in server.crt')).toContain('TLS Web Server Authentication, TLS Web Client Authentication')
  expect(said('openssl x509 -noout -text -in plain.crt')).not.toContain('DNS:kubernetes')
  expect(said('openssl x509 -noout -text -in copied.crt')).toContain(NAMES)
  expect(said('openssl verify -CAfile ca.crt server.crt')).toBe('server.crt: OK\n')
})
