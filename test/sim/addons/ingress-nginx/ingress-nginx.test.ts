import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const RAW = 'https://raw.githubusercontent.com/kubernetes/ingress-nginx/controller-v1.12.1/deploy/static/provider'
const READY = 'kubectl -n ingress-nginx rollout status deployment/ingress-nginx-controller'
const APPS = `kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0
kubectl create deployment web2 --image=gcr.io/google-samples/hello-app:2.0
kubectl expose deployment web --port=8080
kubectl expose deployment web2 --port=8080
kubectl wait --for=condition=Available deployment --all`

type Sim = ReturnType<typeof createCluster>
const given = (setup: string, seed = 3) => {
  const cluster = createCluster({ seed })
  const { code, stderr } = cluster.run(`set -e\n${setup}`)
  expect([code, stderr]).toEqual([0, ''])
  return { cluster, lines: (script: string) => linesOf(cluster, script) }
}
const linesOf = (cluster: Sim, script: string) => cluster.run(script).stdout.trimEnd().split('\n')

test('given the tutorial of Ingress on Minikube, when it is followed, then both versions of the application answer by their paths', () => {
  const { cluster, lines } = given(`kubectl apply -f /etc/kubernetes/addons/ingress-nginx.yaml\n${READY}\n${APPS}
cat <<'EOF' | kubectl apply -f -
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: example-ingress
spec:
  ingressClassName: nginx
  rules:
    - host: hello-world.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  number: 8080
EOF`)
  expect(lines('kubectl get ingress')[1]).toMatch(/^example-ingress   nginx   hello-world.example             80      \d+s$/)
  cluster.run('sleep 70')
  // The node on which the controller's Pod runs: without a load balancer that is what it knows of itself.
  const node = lines(
    `kubectl -n ingress-nginx get pod -l app.kubernetes.io/component=controller -o jsonpath='{.items[0].status.hostIP}'`,
  )[0]!
  expect(lines('kubectl get ingress')[1]).toMatch(new RegExp(`^example-ingress   nginx   hello-world.example   ${node}   80      \\d+s$`))
  expect(lines('kubectl describe ingress example-ingress | tail -4')[3]).toMatch(
    /^ {2}Normal {2}Sync {4}\S+ \(x2 over \S+\) {2}nginx-ingress-controller {2}Scheduled for sync$/,
  )
  const port = lines(`kubectl -n ingress-nginx get service ingress-nginx-controller -o jsonpath='{.spec.ports[0].nodePort}'`)[0]!
  const curl = (path: string) => lines(`curl -s --resolve hello-world.example:${port}:${node} http://hello-world.example:${port}${path}`)
  expect(curl('/').slice(0, 2)).toEqual(['Hello, world!', 'Version: 1.0.0'])

  cluster.run(
    `kubectl patch ingress example-ingress --type=json -p '[{"op":"add","path":"/spec/rules/0/http/paths/-","value":{"path":"/v2","pathType":"Prefix","backend":{"service":{"name":"web2","port":{"number":8080}}}}}]'; sleep 5`,
  )
  expect(curl('/v2')[1]).toBe('Version: 2.0.0')
  expect(curl('/')[1]).toBe('Version: 1.0.0')
  expect(lines(`curl -si http://${node}:${port}/`)).toEqual([
    'HTTP/1.1 404 Not Found\r',
    expect.stringMatching(/^Date: /),
    'Content-Type: text/html\r',
    'Content-Length: 146\r',
    'Connection: keep-alive\r',
    '\r',
    '<html>\r',
    '<head><title>404 Not Found</title></head>\r',
    '<body>\r',
    '<center><h1>404 Not Found</h1></center>\r',
    '<hr><center>nginx</center>\r',
    '</body>\r',
    '</html>',
  ])
  const [entry = '', missing = ''] = lines('kubectl -n ingress-nginx logs deployment/ingress-nginx-controller | grep GET | tail -2')
  expect(entry).toMatch(
    /^[\d.]+ - - \[.* \+0000\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "curl\/8\.5\.0" \d+ 0\.\d{3} \[default-web-8080\] \[\] [\d.]+:8080 \d+ 0\.\d{3} 200 [0-9a-f]{32}$/,
  )
  expect(missing).toMatch(
    /" 404 146 "-" "curl\/8\.5\.0" \d+ 0\.000 \[upstream-default-backend\] \[\] 127\.0\.0\.1:8181 146 0\.000 404 \S+$/,
  )

  cluster.run('kubectl scale deployment web --replicas=0; sleep 10')
  expect(lines(`curl -si -H 'Host: hello-world.example' http://${node}:${port}/`)[0]).toBe('HTTP/1.1 503 Service Temporarily Unavailable\r')
  cluster.run('kubectl -n ingress-nginx delete deployment ingress-nginx-controller; sleep 30')
  expect(cluster.run(`curl -s -m 5 http://${node}:${port}/`).code).toBe(7)
  expect(lines('kubectl get ingress')[1]).toMatch(/^example-ingress   nginx   hello-world.example             80 /)
})

describe('given the controller behind a load balancer', () => {
  const { cluster, lines } = given(`kubectl apply -f ${RAW}/cloud/deploy.yaml
kubectl apply -f /etc/kubernetes/addons/metallb.yaml; kubectl apply -f /etc/kubernetes/addons/metallb-pool.yaml
${READY}\n${APPS}\nsleep 10`)
  const IP = '172.30.255.200'
  const applied = (manifest: string) => expect(cluster.run(`cat <<'EOF' | kubectl apply -f - && sleep 5\n${manifest}\nEOF`).stderr).toBe('')
  const ingress = (name: string, host: string, annotations: string, service = 'web', more = '') =>
    applied(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  annotations: {${annotations}}
spec:
  ingressClassName: nginx
${more}
  rules:
  - host: ${host}
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: ${service}, port: {number: 8080}}}}`)
  const NGINX = 'nginx.ingress.kubernetes.io'
  const ask = (host: string, more = '', path = '/') => lines(`curl -si -H 'Host: ${host}' ${more} http://${IP}${path}`)

  test('then an Ingress shows the address of the Service', () => {
    ingress('plain', 'plain.example', '')
    cluster.run('sleep 70')
    expect(lines('kubectl get ingress plain')[1]).toMatch(/^plain   nginx   plain.example   172\.30\.255\.200   80 /)
  })

  test('when an Ingress has TLS, then clients are sent to https with their path', () => {
    ingress('secure', 'secure.example', '', 'web', '  tls: [{hosts: [secure.example]}]')
    const answer = ask('secure.example', '', '/a?b=c')
    expect(answer[0]).toBe('HTTP/1.1 308 Permanent Redirect\r')
    expect(answer).toContain('Location: https://secure.example/a?b=c\r')
    const secure = lines(`curl -ski --resolve secure.example:443:${IP} https://secure.example/`)
    expect(secure).toContain('Strict-Transport-Security: max-age=31536000; includeSubDomains\r')
    expect(secure.at(-2)).toBe('Version: 1.0.0')
  })

  test('when a canary has a share of the requests, then the header decides first', () => {
    ingress('main', 'canary.example', '')
    ingress('canary', 'canary.example', `${NGINX}/canary: "true", ${NGINX}/canary-weight: "30", ${NGINX}/canary-by-header: canary`, 'web2')
    const versions = lines(
      `for i in $(seq 1 200); do curl -s -H 'Host: canary.example' http://${IP}/; done | grep Version | sort | uniq -c`,
    )
    const [first, second] = versions.map((line) => Number(line.trim().split(' ')[0]))
    expect(first! + second!).toBe(200)
    expect(second).toBeGreaterThan(40)
    expect(second).toBeLessThan(80)
    expect(ask('canary.example', "-H 'canary: always'").at(-2)).toBe('Version: 2.0.0')
    expect(ask('canary.example', "-H 'canary: never'").at(-2)).toBe('Version: 1.0.0')
  })

  test('when addresses are allowed, then others are forbidden; basic authentication asks for a password', () => {
    ingress('closed', 'closed.example', `${NGINX}/whitelist-source-range: "10.0.0.0/8"`)
    expect(ask('closed.example')[0]).toBe('HTTP/1.1 403 Forbidden\r')
    cluster.run("kubectl create secret generic basic-auth --from-literal='auth=foo:$apr1$abcdefgh$awk9jawvrNMt/NFJ.cswm.'")
    ingress('auth', 'auth.example', `${NGINX}/auth-type: basic, ${NGINX}/auth-secret: basic-auth, ${NGINX}/auth-realm: "Authentication Required - foo"`) // prettier-ignore
    const refused = ask('auth.example')
    expect(refused[0]).toBe('HTTP/1.1 401 Unauthorized\r')
    expect(refused).toContain('WWW-Authenticate: Basic realm="Authentication Required - foo"\r')
    expect(ask('auth.example', '-u foo:foo')[0]).toBe('HTTP/1.1 200 OK\r')
  })

  test('when sessions stick to a Pod by a cookie, then a client that sends it back stays with its Pod', () => {
    cluster.run('kubectl scale deployment web2 --replicas=3; kubectl rollout status deployment/web2')
    ingress('sticky', 'sticky.example', `${NGINX}/affinity: cookie, ${NGINX}/session-cookie-name: route`, 'web2')
    const cookie = /^Set-Cookie: (route=[^;]+); Path=\/; HttpOnly\r$/.exec(
      ask('sticky.example').find((line) => line.startsWith('Set-Cookie'))!,
    )![1]!
    const hosts = (more: string) =>
      lines(`for i in 1 2 3 4 5 6; do curl -s -H 'Host: sticky.example' ${more} http://${IP}/; done | grep Hostname | sort -u`)
    expect(hosts(`-H 'Cookie: ${cookie}'`)).toHaveLength(1)
    expect(hosts('').length).toBeGreaterThan(1)
  })

  test('when the backend looks at the request, then it sees who asked, and how', () => {
    cluster.run('kubectl create deployment echo --image=registry.k8s.io/echoserver:1.10; kubectl expose deployment echo --port=8080; kubectl rollout status deployment/echo') // prettier-ignore
    ingress('echo', 'echo.example', '', 'echo')
    const seen = ask('echo.example')
    expect(seen).toContain('\thost=echo.example')
    expect(seen).toContain('\tx-forwarded-for=172.30.1.2')
    expect(seen).toContain('\tx-real-ip=172.30.1.2')
    expect(seen).toContain('\tx-forwarded-proto=http')
    expect(seen).toContain('\tx-forwarded-port=80')
  })

  test('when an Ingress is of another class or of none, then it is left alone', () => {
    applied(`apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: other}
spec:
  ingressClassName: other
  rules: [{host: other.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 8080}}}}]}}]`)
    expect(ask('other.example')[0]).toBe('HTTP/1.1 404 Not Found\r')
    expect(
      cluster.run('kubectl -n ingress-nginx logs deployment/ingress-nginx-controller').stderr +
        cluster.run('kubectl -n ingress-nginx logs deployment/ingress-nginx-controller').stdout,
    ).toContain(
      `"Ignoring ingress because of error while validating ingress class" ingress="default/other" error="no object matching key \\"other\\" in local store"`,
    )
    expect(cluster.run('kubectl get events --field-selector involvedObject.name=other').stderr).toBe(
      'No resources found in default namespace.\n',
    )
  })

  test('when its account may no longer read, then new Ingresses are not served, and its log tells why', () => {
    cluster.run(
      'kubectl delete clusterrolebinding ingress-nginx; kubectl -n ingress-nginx rollout restart deployment/ingress-nginx-controller; sleep 60',
    )
    ingress('late', 'late.example', '')
    expect(ask('late.example')[0]).toBe('HTTP/1.1 404 Not Found\r')
    expect(cluster.run('kubectl -n ingress-nginx logs deployment/ingress-nginx-controller | grep reflector | head -1').stdout).toContain(
      `ingressclasses.networking.k8s.io is forbidden: User \\"system:serviceaccount:ingress-nginx:ingress-nginx\\" cannot list resource`,
    )
  })
})
