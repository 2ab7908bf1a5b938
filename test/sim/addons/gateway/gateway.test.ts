import { describe, expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const INSTALL = `kubectl apply -f https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.4.1/standard-install.yaml
kubectl apply -f https://raw.githubusercontent.com/nginx/nginx-gateway-fabric/v2.2.1/deploy/crds.yaml
sleep 2
kubectl apply -f https://raw.githubusercontent.com/nginx/nginx-gateway-fabric/v2.2.1/deploy/nodeport/deploy.yaml
kubectl -n nginx-gateway rollout status deployment/nginx-gateway`

describe('given the Gateway API and NGINX Gateway Fabric', () => {
  const cluster = createCluster({ seed: 9 })
  const run = (script: string) => cluster.run(script)
  const lines = (script: string) => run(script).stdout.trimEnd().split('\n')
  const apply = (...objects: string[]) => run(`cat <<'EOF' | kubectl apply -f -\n${objects.join('\n---\n')}\nEOF\n`)
  const applied = (...objects: string[]) => {
    expect(apply(...objects).stderr).toBe('')
    run('sleep 3')
  }
  run(`${INSTALL}
kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0; kubectl expose deployment web --port=8080
kubectl create deployment web2 --image=gcr.io/google-samples/hello-app:2.0; kubectl expose deployment web2 --port=8080
kubectl create deployment echo --image=registry.k8s.io/echoserver:1.10; kubectl expose deployment echo --port=8080
kubectl create namespace other; kubectl -n other create deployment far --image=gcr.io/google-samples/hello-app:2.0; kubectl -n other expose deployment far --port=8080
kubectl wait --for=condition=Available deployment --all -A --timeout=120s`)

  const gateway = (name: string, listeners: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: ${name}}
spec:
  gatewayClassName: nginx
  listeners:
${listeners}`
  const route = (name: string, spec: string) => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec: ${spec}`
  const web = 'backendRefs: [{name: web, port: 8080}]'
  applied(gateway('example-gateway', '  - {name: http, protocol: HTTP, port: 80}'))
  run('kubectl wait --for=condition=Programmed gateway/example-gateway; kubectl rollout status deployment/example-gateway-nginx')
  const IP = lines(`kubectl get gateway example-gateway -o jsonpath='{.status.addresses[0].value}'`)[0]!
  const ask = (host: string, path = '/', more = '') => lines(`curl -si -H 'Host: ${host}' ${more} http://${IP}${path}`)
  const condition = (object: string, type: string) =>
    lines(
      `kubectl get ${object} -o json | jq -r '(.status.parents[0].conditions // .status.conditions)[] | select(.type=="${type}") | .status + " " + .reason + ": " + .message'`,
    )[0]

  test('then the class is accepted, and a Gateway has an nginx and a Service of its own', () => {
    expect(lines('kubectl get gc')).toEqual([
      'NAME    CONTROLLER                                   ACCEPTED   AGE',
      expect.stringMatching(/^nginx {3}gateway\.nginx\.org\/nginx-gateway-controller {3}True {7}\S+$/),
    ])
    expect(lines('kubectl get gtw')).toEqual([
      expect.stringMatching(/^NAME {14}CLASS {3}ADDRESS {2,}PROGRAMMED {3}AGE$/),
      expect.stringMatching(/^example-gateway {3}nginx {3}10\.\S+ +True {9}\S+$/),
    ])
    expect(condition('gateway/example-gateway', 'Accepted')).toBe('True Accepted: Gateway is accepted')
    expect(lines('kubectl get deployment,service -l gateway.networking.k8s.io/gateway-name=example-gateway -o name')).toEqual([
      'deployment.apps/example-gateway-nginx',
      'service/example-gateway-nginx',
    ])
  })

  test('when a route names a host and a path, then both are looked at, and the Gateway counts the route', () => {
    applied(route('example-httproute', `{parentRefs: [{name: example-gateway}], hostnames: [www.example.com], rules: [{matches: [{path: {type: PathPrefix, value: /login}}], ${web}}]}`)) // prettier-ignore
    expect(ask('www.example.com', '/login/now').at(-2)).toBe('Version: 1.0.0')
    expect(ask('www.example.com', '/logins')[0]).toBe('HTTP/1.1 404 Not Found\r')
    expect(ask('elsewhere.example', '/login')[0]).toBe('HTTP/1.1 404 Not Found\r')
    expect(lines(`kubectl get gateway example-gateway -o jsonpath='{.status.listeners[0].attachedRoutes}'`)).toEqual(['1'])
    expect(lines('kubectl get httproute')).toEqual([
      'NAME                HOSTNAMES             AGE',
      expect.stringMatching(/^example-httproute {3}\["www\.example\.com"\] {3}\S+$/),
    ])
    expect(condition('httproute/example-httproute', 'Accepted')).toBe('True Accepted: The route is accepted')
  })

  test('when backends have weights, then requests are shared out by them', () => {
    applied(route('split', `{parentRefs: [{name: example-gateway}], hostnames: [split.example], rules: [{backendRefs: [{name: web, port: 8080, weight: 80}, {name: web2, port: 8080, weight: 20}]}]}`)) // prettier-ignore
    const counts = lines(`for i in $(seq 1 200); do curl -s -H 'Host: split.example' http://${IP}/; done | grep Version | sort | uniq -c`).map((line) => Number(line.trim().split(' ')[0])) // prettier-ignore
    expect(counts[0]! + counts[1]!).toBe(200)
    expect(counts[1]).toBeGreaterThan(25)
    expect(counts[1]).toBeLessThan(60)
  })

  describe('when a rule has filters, then', () => {
    const filtered = (host: string, filters: string, backend = 'backendRefs: [{name: echo, port: 8080}]', match = 'path: {type: PathPrefix, value: /}') =>
      applied(route(host.replace('.example', ''), `{parentRefs: [{name: example-gateway}], hostnames: [${host}], rules: [{matches: [{${match}}], filters: [${filters}], ${backend}}]}`)) // prettier-ignore

    test('headers of the request are set, added to and removed', () => {
      filtered('headers.example', '{type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: X-Set, value: mine}], add: [{name: X-Add, value: more}], remove: [x-gone]}}') // prettier-ignore
      const seen = ask('headers.example', '/', "-H 'X-Set: theirs' -H 'X-Add: some' -H 'X-Gone: here'")
      expect(seen).toContain('\tx-set=mine')
      expect(seen).toContain('\tx-add=some,more')
      expect(seen.join('\n')).not.toContain('x-gone')
    })

    test('headers of the answer are set', () => {
      filtered('answer.example', '{type: ResponseHeaderModifier, responseHeaderModifier: {set: [{name: X-By, value: gateway}]}}')
      expect(ask('answer.example')).toContain('X-By: gateway\r')
    })

    test('clients are sent elsewhere', () => {
      filtered('move.example', '{type: RequestRedirect, requestRedirect: {scheme: https, hostname: new.example, path: {type: ReplacePrefixMatch, replacePrefixMatch: /b}, statusCode: 301}}', 'backendRefs: []', 'path: {type: PathPrefix, value: /a}') // prettier-ignore
      const answer = ask('move.example', '/a/c?d=1')
      expect(answer[0]).toBe('HTTP/1.1 301 Moved Permanently\r')
      expect(answer).toContain('Location: https://new.example/b/c?d=1\r')
    })

    test.each([
      ['prefix.example', '{type: ReplacePrefixMatch, replacePrefixMatch: /new}', '/old', '/old/page?x=1', '/new/page?x=1'],
      ['bare.example', '{type: ReplacePrefixMatch, replacePrefixMatch: /}', '/old', '/old/page', '/page'],
      ['none.example', '{type: ReplacePrefixMatch, replacePrefixMatch: /}', '/old', '/old', '/'],
      ['full.example', '{type: ReplaceFullPath, replaceFullPath: /one}', '/old', '/old/page', '/one'],
    ])('paths are rewritten: %s', (host, path, from, asked, expected) => {
      filtered(
        host,
        `{type: URLRewrite, urlRewrite: {hostname: inner.example, path: ${path}}}`,
        undefined,
        `path: {type: PathPrefix, value: ${from}}`,
      )
      const seen = ask(host, asked)
      expect(seen).toContain(`\treal path=${expected}`)
      expect(seen).toContain('\thost=inner.example')
    })

    test('requests are copied to another backend, whose answer nobody waits for', () => {
      filtered('mirror.example', '{type: RequestMirror, requestMirror: {backendRef: {name: web2, port: 8080}}}', web)
      expect(ask('mirror.example', '/copied').at(-2)).toBe('Version: 1.0.0')
      expect(lines('sleep 1; kubectl logs deployment/web2 | grep copied')[0]).toMatch(/Serving request: \/copied$/)
    })
  })

  test('when a backend is in another namespace, then it takes a ReferenceGrant there', () => {
    applied(route('far', `{parentRefs: [{name: example-gateway}], hostnames: [far.example], rules: [{backendRefs: [{name: far, namespace: other, port: 8080}]}]}`)) // prettier-ignore
    expect(condition('httproute/far', 'ResolvedRefs')).toBe(
      'False RefNotPermitted: spec.rules[0].backendRefs[0].namespace: Forbidden: Backend ref to Service other/far not permitted by any ReferenceGrant',
    )
    expect(ask('far.example')[0]).toBe('HTTP/1.1 500 Internal Server Error\r')
    applied(`apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: from-default, namespace: other}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default}]
  to: [{group: "", kind: Service}]`)
    expect(condition('httproute/far', 'ResolvedRefs')).toBe('True ResolvedRefs: All references are resolved')
    expect(ask('far.example').at(-2)).toBe('Version: 2.0.0')
  })

  test.each([
    ['lost-service', '{parentRefs: [{name: example-gateway}], rules: [{backendRefs: [{name: nobody, port: 80}]}]}', 'ResolvedRefs', 'False BackendNotFound: spec.rules[0].backendRefs[0].name: Not found: "nobody"'], // prettier-ignore
    ['lost-listener', `{parentRefs: [{name: example-gateway, sectionName: https}], rules: [{${web}}]}`, 'Accepted', 'False NoMatchingParent: Listener is not found for this parent ref'], // prettier-ignore
  ])('when a route refers to what is not there, its status tells: %s', (name, spec, type, expected) => {
    applied(route(name, spec))
    expect(condition(`httproute/${name}`, type)).toBe(expected)
    run(`kubectl delete httproute ${name}`)
  })

  test('when listeners choose their routes by namespace and host, then others are not taken', () => {
    applied(
      gateway(
        'picky',
        `  - {name: teams, protocol: HTTP, port: 80, hostname: "*.teams.example", allowedRoutes: {namespaces: {from: Selector, selector: {matchLabels: {team: blue}}}}}`,
      ),
    )
    const refused = route('refused', `{parentRefs: [{name: picky}], hostnames: [a.teams.example], rules: [{${web}}]}`)
    applied(refused)
    expect(condition('httproute/refused', 'Accepted')).toBe('False NotAllowedByListeners: Route is not allowed by any listener')
    run('kubectl label namespace default team=blue; sleep 3')
    expect(condition('httproute/refused', 'Accepted')).toBe('True Accepted: The route is accepted')
    applied(refused.replace('a.teams.example', 'a.other.example'))
    expect(condition('httproute/refused', 'Accepted')).toBe('False NoMatchingListenerHostname: Listener hostname does not match the Route hostnames') // prettier-ignore
    run('kubectl delete gateway picky; sleep 40')
    expect(run('kubectl get deployment picky-nginx').stderr).toBe(
      'Error from server (NotFound): deployments.apps "picky-nginx" not found\n',
    )
  })

  test('when a listener ends TLS, then its certificate must be there', () => {
    applied(gateway('secure', '  - {name: https, protocol: HTTPS, port: 443, tls: {certificateRefs: [{name: cafe}]}}'))
    expect(condition('gateway/secure', 'Accepted')).toBe('False ListenersNotValid: Gateway has no valid listeners')
    run(`openssl req -x509 -newkey rsa:2048 -nodes -keyout tls.key -out tls.crt -subj /CN=cafe.example 2>/dev/null
kubectl create secret tls cafe --cert=tls.crt --key=tls.key; sleep 10`)
    expect(condition('gateway/secure', 'Programmed')).toBe('True Programmed: Gateway is programmed')
    applied(route('cafe', `{parentRefs: [{name: secure}], hostnames: [cafe.example], rules: [{${web}}]}`))
    run('kubectl rollout status deployment/secure-nginx')
    const address = lines(`kubectl get gateway secure -o jsonpath='{.status.addresses[0].value}'`)[0]
    expect(lines(`curl -sk --resolve cafe.example:443:${address} https://cafe.example/`)[1]).toBe('Version: 1.0.0')
  })

  test('when the control plane is away, then nginx goes on with what it knows', () => {
    run('kubectl -n nginx-gateway scale deployment nginx-gateway --replicas=0; sleep 40')
    expect(ask('www.example.com', '/login').at(-2)).toBe('Version: 1.0.0')
    applied(route('late', `{parentRefs: [{name: example-gateway}], hostnames: [late.example], rules: [{${web}}]}`))
    expect(ask('late.example')[0]).toBe('HTTP/1.1 404 Not Found\r')
    expect(run(`kubectl get httproute late -o jsonpath='{.status}'`).stdout).toBe('')
    run('kubectl -n nginx-gateway scale deployment nginx-gateway --replicas=1; sleep 60')
    expect(ask('late.example').at(-2)).toBe('Version: 1.0.0')
  })

  test.each([
    ['a Gateway with TLS for plain HTTP', gateway('wrong', '  - {name: http, protocol: HTTP, port: 80, tls: {certificateRefs: [{name: x}]}}'), "spec.listeners: Invalid value: tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']"], // prettier-ignore
    ['two listeners of one name', gateway('wrong', '  - {name: a, protocol: HTTP, port: 80}\n  - {name: a, protocol: HTTP, port: 81}'), 'spec.listeners[1]: Duplicate value: {"name":"a"}'], // prettier-ignore
    ['a path that does not begin with a slash', route('wrong', `{rules: [{matches: [{path: {value: a}}], ${web}}]}`), "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']"], // prettier-ignore
    ['a redirect with backends', route('wrong', `{rules: [{filters: [{type: RequestRedirect, requestRedirect: {scheme: https}}], ${web}}]}`), 'RequestRedirect filter must not be used together with backendRefs'], // prettier-ignore
    ['a filter without its field', route('wrong', `{rules: [{filters: [{type: URLRewrite}], ${web}}]}`), 'filter.urlRewrite must be specified for URLRewrite filter.type'], // prettier-ignore
    ['a Service without a port', route('wrong', '{rules: [{backendRefs: [{name: web}]}]}'), 'Must have port for Service reference'],
  ])('then the server refuses %s', (_what, manifest, expected) => expect(apply(manifest).stderr).toContain(expected))
})
