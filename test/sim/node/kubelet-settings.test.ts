import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const CONFIG = '/var/lib/kubelet/config.yaml'
const onNode = (script: string) => `ssh node01 <<'NODE'\n${script}\nNODE\n`
const ask = (path: string) => `kubectl get node node01 -o jsonpath='${path}{"\\n"}'`

test('given reservations and a number of Pods in the configuration, when the kubelet starts anew, then the node has so much less to give', () => {
  const { stdout } = createCluster().run(`
${ask('{.status.allocatable.cpu} {.status.allocatable.pods}')}
${onNode(`cat >> ${CONFIG} <<'EOF'
maxPods: 20
systemReserved: {cpu: 500m, memory: 1Gi}
kubeReserved: {cpu: 250m, memory: 512Mi, ephemeral-storage: 1Gi}
evictionHard: {memory.available: 500Mi, nodefs.available: 10%}
EOF
systemctl daemon-reload; systemctl restart kubelet`)}
sleep 15
${ask('{.status.capacity.cpu} {.status.allocatable.cpu} {.status.capacity.pods} {.status.allocatable.pods}')}
A=$(${ask('{.status.allocatable.memory}')}); C=$(${ask('{.status.capacity.memory}')})
echo $(( (\${C%Ki} - \${A%Ki}) / 1024 ))Mi`)
  expect(stdout).toMatch(/^(\d) 110\n\1 \d250m 20 20\n2036Mi\n$/)
})

test('given a configuration that is no YAML, then the kubelet ends again and again, the node is lost, and it is back once the file is mended', () => {
  const { stdout } = createCluster().run(`
${onNode(`cp ${CONFIG} /tmp/good.yaml; sed -i 's/^clusterDNS:/clusterDNS/' ${CONFIG}
systemctl restart kubelet; systemctl is-active kubelet; echo $?
sleep 25; systemctl status kubelet | grep Active: | cut -d' ' -f6-10
journalctl -u kubelet -o cat | grep -o 'failed to load kubelet config file, path: ${CONFIG}, error: failed to load' | head -1
journalctl -u kubelet -o cat | grep 'Scheduled restart' | tail -1`)}
sleep 60; ${ask('{.status.conditions[?(@.type=="Ready")].status}')}
${onNode(`cp /tmp/good.yaml ${CONFIG}`)}
sleep 15; ${onNode('systemctl is-active kubelet')}
sleep 10; ${ask('{.status.conditions[?(@.type=="Ready")].status}')}`)
  expect(stdout.split('\n')).toEqual([
    'activating', '3', 'Active: activating (auto-restart) (Result: exit-code)',
    `failed to load kubelet config file, path: ${CONFIG}, error: failed to load`,
    'kubelet.service: Scheduled restart job, restart counter is at 2.', 'Unknown', 'active', 'True', '',
  ]) // prettier-ignore
})

test.each([
  ["sed -i 's#/etc/kubernetes/pki/ca.crt#/etc/kubernetes/pki/wrong.crt#'", 'failed to construct kubelet dependencies: unable to load client CA file /etc/kubernetes/pki/wrong.crt: open /etc/kubernetes/pki/wrong.crt: no such file or directory'],
  ["sed -i 's/^kind:.*/maxPods: many/'", `failed to load kubelet config file, path: ${CONFIG}, error: failed to load Kubelet config file ${CONFIG}, error failed to decode: Object 'Kind' is missing in`],
  ["sed -i '$amaxPods: many'", 'failed to decode: json: cannot unmarshal string into Go struct field KubeletConfiguration.maxPods of type int32'],
  ['rm', `error failed to read kubelet config file \\"${CONFIG}\\", error: open ${CONFIG}: no such file or directory`],
])('after %s of the file the kubelet says why it cannot start', (change, why) => {
  const { stdout } = createCluster({ workers: 1 }).run(
    onNode(`${change} ${CONFIG}; systemctl restart kubelet; journalctl -u kubelet -o cat | grep -o 'command failed.*' | tail -1`),
  )
  expect(stdout).toContain(why)
}) // prettier-ignore
