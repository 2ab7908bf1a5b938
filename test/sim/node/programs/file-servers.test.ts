import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl run httpd --image=busybox -- sh -c 'mkdir /www; echo hello > /www/index.html; httpd -f -v -p 8080 -h /www'
kubectl run python --image=python:3 --overrides='{"spec":{"containers":[{"name":"python","image":"python:3","workingDir":"/srv","command":["sh","-c","mkdir d; echo x > a.txt; python3 -m http.server 8000"]}]}}'
kubectl run netcat --image=busybox -- sh -c 'while true; do printf "HTTP/1.1 200 OK\\n\\nonce\\n" | nc -l -p 8080; done'
kubectl run tests --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- netexec
kubectl run lines --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never -- logs-generator --log-lines-total=3 --run-duration=3s
kubectl run called --image=registry.k8s.io/e2e-test-images/agnhost:2.53 --restart=Never -- entrypoint-tester a b
kubectl wait pod httpd python netcat tests --for=condition=Ready --timeout=120s
sleep 10`)
const ask = (pod: string, where: string) =>
  cluster.run(`kubectl exec tests -- curl -s -m 3 $(kubectl get pod ${pod} -o jsonpath='{.status.podIP}'):${where}`).stdout
const log = (pod: string) => cluster.run(`kubectl logs ${pod}`).stdout

test("busybox' httpd serves files, and says no in its own words", () => {
  expect(ask('httpd', '8080/')).toBe('hello\n')
  expect(ask('httpd', '8080/nope')).toContain('<H1>404 Not Found</H1>\nThe requested URL was not found\n')
  expect(log('httpd')).toMatch(/^\[::ffff:[\d.]+\]: response:200\n\[::ffff:[\d.]+\]: response:404\n$/)
})

test('python3 -m http.server lists a directory without an index.html and logs who asked', () => {
  const page = ask('python', '8000/')
  expect(page).toContain('<title>Directory listing for /</title>')
  expect(page).toContain('<li><a href="a.txt">a.txt</a></li>\n<li><a href="d/">d/</a></li>\n')
  expect(ask('python', '8000/a.txt')).toBe('x\n')
  expect(ask('python', '8000/nope')).toContain('<p>Error code explanation: 404 - Nothing matches the given URI.</p>')
  expect(log('python')).toMatch(/ - - \[01\/Jan\/2026 00:00:\d\d\] "GET \/a\.txt HTTP\/1\.1" 200 -\n.*code 404, message File not found\n/)
})

test("a server made of busybox' nc ends its answer, so that who asked need not wait", () => {
  expect([ask('netcat', '8080/'), ask('netcat', '8080/')]).toEqual(['once\n', 'once\n'])
})

test("agnhost's small commands", () => {
  expect(log('called')).toBe('[/agnhost entrypoint-tester a b]\n')
  expect(log('lines')).toMatch(/^(?:I0101 .*logs_generator\.go:76\] \d (?:GET|POST|PUT) \/api\/v1\/namespaces\/\S+\/pods\/\w+ \d{3}\n){3}$/)
  expect(ask('tests', '8080/shell?cmd=hostname')).toBe('{"output":"tests\\n"}')
  expect(ask('tests', '8080/shell?cmd=false')).toBe('{"error":"exit status 1"}')
})
