import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

test('a cluster is born with what kubeadm was told, and with what others need to trust its API server', () => {
  const cluster = createCluster({ seed: 1 })
  const out = (line: string) => cluster.run(line).stdout
  expect(out('kubectl get configmaps -n kube-system -o name')).toBe(
    [
      'coredns',
      'extension-apiserver-authentication',
      'kube-apiserver-legacy-service-account-token-tracking',
      'kube-proxy',
      'kube-root-ca.crt',
      'kubeadm-config',
      'kubelet-config',
    ]
      .map((name) => `configmap/${name}\n`)
      .join(''),
  )
  expect(out("kubectl get cm kubelet-config -n kube-system -o jsonpath='{.data.kubelet}' | diff - /var/lib/kubelet/config.yaml")).toBe('')
  const trusted = (key: string) => `kubectl get cm extension-apiserver-authentication -n kube-system -o jsonpath='{.data.${key}}'`
  expect(out(`${trusted('requestheader-allowed-names')}`)).toBe('["front-proxy-client"]')
  expect(out(`${trusted('client-ca-file')} | diff - /etc/kubernetes/pki/ca.crt`)).toBe('')
  expect(out(`${trusted('requestheader-client-ca-file')} | diff - /etc/kubernetes/pki/front-proxy-ca.crt`)).toBe('')
  expect(out('grep requestheader-username /etc/kubernetes/manifests/kube-apiserver.yaml')).toContain('--requestheader-username-headers=X-Remote-User\n') // prettier-ignore
})

test('given two clusters that were set up on one day, then their ConfigMaps are the same to the letter', () => {
  const noon = Date.UTC(2026, 5, 1, 12)
  const [one, other] = [noon, noon + 61_000].map((startMs) =>
    createCluster({ seed: 1, startMs }).run("kubectl get configmaps -A -o jsonpath='{range .items[*]}{.metadata.name}{.data}{end}'"),
  )
  expect(one!.stdout).toContain('-----BEGIN CERTIFICATE-----')
  expect(one!.stdout).toBe(other!.stdout)
})

test('CoreDNS tells figures where its Corefile has the prometheus plugin', () => {
  const cluster = createCluster({ seed: 1 })
  const metrics = () => cluster.run('kubectl get --raw /api/v1/namespaces/kube-system/services/kube-dns:metrics/proxy/metrics')
  expect(metrics().stdout).toContain('coredns_plugin_enabled{name="kubernetes",server="dns://:53",view="",zone="."} 1\n')
  cluster.run("kubectl -n kube-system get cm coredns -o yaml | sed '/prometheus/d' | kubectl apply -f -")
  cluster.advance('3m')
  expect(metrics().stderr).toBe('Error from server (NotFound): the server could not find the requested resource\n')
})
