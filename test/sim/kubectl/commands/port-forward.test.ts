import { expect, test } from 'vitest'
import { createCluster } from '../../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl create deployment web --image=nginx:1.27 --port=80
kubectl expose deployment web --port=8080 --target-port=80
kubectl run stuck --image=nginx:nosuchtag
kubectl create service clusterip bare --tcp=80
kubectl rollout status deployment/web`)

const run = (script: string) => {
  const { stdout, stderr, code } = cluster.run(script)
  return { said: stdout + stderr, code }
}

/** Forwards in the background, runs a command, stops. */
const meanwhile = (forward: string, command: string) =>
  run(`kubectl port-forward ${forward} &\nforwarder=$!\nsleep 1\n${command}\nkill $forwarder\nwait`).said

test('a connection to a local port reaches the pod', () => {
  expect(meanwhile('deploy/web 8080:80', 'curl -s localhost:8080 | grep -o "<title>.*"')).toBe(
    'Forwarding from 127.0.0.1:8080 -> 80\nForwarding from [::1]:8080 -> 80\nHandling connection for 8080\n<title>Welcome to nginx!</title>\n',
  )
})

test("a Service's port stands for the port of the pod behind it", () => {
  expect(meanwhile('svc/web 9000:8080', 'curl -s -o /dev/null -w "%{http_code}\n" localhost:9000')).toBe(
    'Forwarding from 127.0.0.1:9000 -> 80\nForwarding from [::1]:9000 -> 80\nHandling connection for 9000\n200\n',
  )
})

test('several connections go on at once', () => {
  const said = meanwhile('svc/web 9000:8080', 'for i in 1 2 3; do curl -s -o /dev/null -w "%{http_code}\n" localhost:9000 & done; sleep 2')
  expect(said.match(/^200$/gm)).toHaveLength(3)
})

test('an empty local port is any free one', () => {
  expect(meanwhile('svc/web :8080 --address=127.0.0.1', 'true')).toMatch(/^Forwarding from 127\.0\.0\.1:\d{5} -> 80\n$/)
})

test('a port on which nobody listens in the pod ends the forwarding', () => {
  const { said, code } = run('kubectl port-forward deploy/web 8081:81 &\nsleep 1\ncurl -s localhost:8081\nwait $!')
  expect(said).toContain('Handling connection for 8081\n')
  expect(said).toMatch(
    /portforward\.go:424\] "Unhandled Error" err="an error occurred forwarding 8081 -> 81: error forwarding port 81 to pod /,
  )
  expect(said).toMatch(/error: lost connection to pod\n$/)
  expect(code).toBe(1)
})

test.each([
  ['deploy/web', "error: TYPE/NAME and list of ports are required for port-forward\nSee 'kubectl port-forward -h' for help and examples\n"],
  ['svc/web 1:99', 'error: Service web does not have a service port 99\n'],
  ['svc/web 1:https', "error: Service 'web' does not have a named port 'https'\n"],
  ['stuck 1:http', "error: Pod 'stuck' does not have a named port 'http'\n"],
  ['stuck 1:80', 'error: unable to forward port because pod is not running. Current status=Pending\n'],
  ['deploy/web 70000', `error: error parsing local port '70000': strconv.ParseUint: parsing "70000": value out of range\n`],
  ['deploy/web 8080:80 --address=nowhere', 'error: nowhere is not a valid IP\n'],
  [
    'deploy/web 8080:80 --address=1.2.3.4',
    'Unable to listen on port 8080: Listeners failed to create with the following errors: [unable to create listener: Error listen tcp4 1.2.3.4:8080: bind: cannot assign requested address]\n' +
      'error: unable to listen on any of the requested ports: [{8080 80}]\n',
  ],
  ['node/node01 1:80', 'error: cannot attach to *v1.Node: selector for *v1.Node not implemented\n'],
])('kubectl port-forward %s is refused', (words, said) => {
  expect(run(`kubectl port-forward ${words}`)).toEqual({ said, code: 1 })
})
