import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

test('given a TLS Secret, then its host shows that certificate, and every other host the controller’s own', () => {
  const cluster = createCluster({ seed: 5 })
  const lines = (script: string) => cluster.run(script).stdout.trimEnd().split('\n')
  cluster.run(`kubectl apply -f /etc/kubernetes/addons/ingress-nginx.yaml
kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0; kubectl expose deployment web --port=8080
openssl req -x509 -nodes -days 365 -newkey rsa:2048 -keyout tls.key -out tls.crt -subj /CN=hello.example -addext "subjectAltName = DNS:hello.example"
kubectl create secret tls web-tls --cert=tls.crt --key=tls.key
kubectl create ingress demo --class=nginx --rule="hello.example/*=web:8080,tls=web-tls"
kubectl -n ingress-nginx rollout status deployment/ingress-nginx-controller; kubectl rollout status deployment/web; sleep 5`)
  const ip = lines(`kubectl -n ingress-nginx get service ingress-nginx-controller -o jsonpath='{.spec.clusterIP}'`)[0]!
  const curl = (host: string, more: string) => cluster.run(`curl -sS --resolve ${host}:443:${ip} ${more} https://${host}/`)

  expect(curl('hello.example', '--cacert tls.crt').stdout).toContain('Version: 1.0.0')
  expect(curl('hello.example', '')).toMatchObject({
    code: 60,
    stderr: expect.stringContaining('curl: (60) SSL certificate problem: self-signed certificate\n'),
  })
  expect(curl('hello.example', '-kv').stderr.split('\n')).toEqual(
    expect.arrayContaining([
      '*  subject: CN=hello.example',
      `*  subjectAltName: host "hello.example" matched cert's "hello.example"`,
      '*  SSL certificate verify result: self-signed certificate (18), continuing anyway.',
    ]),
  )
  expect(curl('other.example', '-kv').stderr).toContain('*  subject: O=Acme Co; CN=Kubernetes Ingress Controller Fake Certificate\n')
  expect(
    lines(`openssl s_client -connect ${ip}:443 -servername hello.example </dev/null 2>/dev/null | openssl x509 -noout -subject`),
  ).toEqual(['subject=CN = hello.example'])

  // An authority of one's own that has signed for another name.
  cluster.run(`openssl req -x509 -nodes -newkey rsa:2048 -keyout ca.key -out ca.crt -subj /CN=my-ca
openssl req -new -newkey rsa:2048 -nodes -keyout b.key -out b.csr -subj /CN=hello.example
printf 'subjectAltName=DNS:hello.example,DNS:www.example\\n' > names; openssl x509 -req -in b.csr -CA ca.crt -CAkey ca.key -extfile names -out b.crt
kubectl create secret tls web-tls --cert=b.crt --key=b.key --dry-run=client -o yaml | kubectl apply -f - ; sleep 5`)
  expect(curl('hello.example', '--cacert ca.crt').stdout).toContain('Version: 1.0.0')
  expect(curl('hello.example', '--cacert tls.crt').stderr).toContain('SSL certificate problem: unable to get local issuer certificate')
  expect(cluster.run(`curl -sS --cacert ca.crt --connect-to away.example:443:hello.example:443 --resolve away.example:443:${ip} https://away.example/`).code).not.toBe(0) // prettier-ignore
})
