import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { answerByCorefile, parseCorefile, type DnsSources } from '../../../src/sim/network/corefile'

const sources: DnsSources = {
  cluster: (name) =>
    name.endsWith('.cluster.local')
      ? name === 'web.default.svc.cluster.local'
        ? [{ name, type: 'A', value: '10.96.0.7' }]
        : []
      : undefined,
  upstream: (server, name) =>
    server === '192.0.2.9' ? undefined : [{ name, type: 'A', value: server === '1.1.1.1' ? '1.2.3.4' : '5.6.7.8' }],
  file: (path) => (path === '/etc/resolv.conf' ? 'nameserver 8.8.8.8\n' : path === '/etc/more' ? '10.9.9.9 filed.example\n' : undefined),
}

const corefile = `.:53 {
    errors # a comment
    log
    rewrite name alias.example web.default.svc.cluster.local
    rewrite name suffix .corp.example .default.svc.cluster.local
    rewrite stop {
        name regex (.*)\\.short {1}.default.svc.cluster.local
        answer auto
    }
    hosts /etc/more {
        10.0.0.5 printer.example spare.example
        fallthrough
    }
    kubernetes cluster.local other.domain in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf
    reload
}
consul.local:53 deep.consul.local {
    forward . 192.0.2.9 1.1.1.1
}
dead.local:53 {
    forward . 192.0.2.9
}
`

test.each([
  ['web.default.svc.cluster.local', '10.96.0.7', 'NOERROR'],
  ['none.default.svc.cluster.local', '', 'NXDOMAIN'],
  ['web.default.svc.other.domain', '10.96.0.7', 'NOERROR'],
  ['alias.example', '10.96.0.7', 'NOERROR'],
  ['WEB.corp.example', '10.96.0.7', 'NOERROR'],
  ['web.short', '10.96.0.7', 'NOERROR'],
  ['spare.example', '10.0.0.5', 'NOERROR'],
  ['filed.example', '10.9.9.9', 'NOERROR'],
  ['elsewhere.example', '5.6.7.8', 'NOERROR'],
  ['a.consul.local', '1.2.3.4', 'NOERROR'],
  ['a.dead.local', '', 'SERVFAIL'],
])('by its Corefile CoreDNS answers for %s with "%s" (%s)', (name, address, code) => {
  const blocks = parseCorefile(corefile)
  if (typeof blocks === 'string') throw new Error(blocks)
  const verdict = answerByCorefile(blocks, sources, name, 'A')
  expect([verdict.records.map(({ value }) => value).join(), verdict.code]).toEqual([address, code])
  if (address) expect(verdict.records[0]!.name).toBe(name.toLowerCase())
  expect(verdict.logged).toBe(!/consul|dead/.test(name))
})

test.each([
  ['.:53 {\n    nonsense\n}\n', "2 - Error during parsing: Unknown directive 'nonsense'"],
  ['.:53 {\n    errors\n', '3 - Error during parsing: Unexpected EOF'],
])('a Corefile %j is refused', (text, complaint) => {
  expect(parseCorefile(text)).toBe(complaint)
})

test('what is written into the ConfigMap of CoreDNS is in force once the file has arrived, a mistake in it is told and changes nothing', () => {
  const cluster = createCluster()
  const { stdout } = cluster.run(`
kubectl run c --image=busybox:1.28 -- sleep 1h >/dev/null
kubectl wait --for=condition=Ready pod/c >/dev/null
put() { kubectl -n kube-system get configmap coredns -o jsonpath='{.data.Corefile}' | sed "$1" > core; kubectl -n kube-system create configmap coredns --from-file=Corefile=core --dry-run=client -o yaml | kubectl replace -f - >/dev/null; sleep 150; }
put 's/^    ready/    ready\\n    log\\n    hosts {\\n      10.1.2.3 printer.corp.example\\n      fallthrough\\n    }/'
kubectl exec c -- nslookup printer.corp.example | tail -1
kubectl exec c -- nslookup kubernetes.default | tail -1
kubectl -n kube-system logs -l k8s-app=kube-dns --tail=-1 | grep -c 'Reloading complete'
kubectl -n kube-system logs -l k8s-app=kube-dns --tail=-1 | grep -Eo '"A IN printer.corp.example. udp [0-9]+ false 512" NOERROR' | sort -u
put 's/^    ready/    redy/'
kubectl exec c -- nslookup printer.corp.example | tail -1
kubectl -n kube-system logs -l k8s-app=kube-dns --tail=-1 | grep '^.ERROR' | sort -u
`)
  expect(stdout).toBe(
    `Address 1: 10.1.2.3
Address 1: 10.96.0.1 kubernetes.default.svc.cluster.local
2
"A IN printer.corp.example. udp 38 false 512" NOERROR
Address 1: 10.1.2.3
[ERROR] Restart failed: /etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'
[ERROR] plugin/reload: Corefile changed but reload failed: /etc/coredns/Corefile:6 - Error during parsing: Unknown directive 'redy'
`,
  )
})

test.each([
  [
    'on a line',
    '.:53 {\n    rewrite name regex ( web.default\n}\n',
    '2 - Error during parsing: plugin/rewrite: invalid regex pattern in a name rule: (',
  ],
  [
    'in a block',
    '.:53 {\n  rewrite stop {\n    name regex [a web\n  }\n}\n',
    '3 - Error during parsing: plugin/rewrite: invalid regex pattern in a name rule: [a',
  ],
])('a pattern that is none is refused, %s', (_, text, complaint) => {
  expect(parseCorefile(text)).toBe(complaint)
})
