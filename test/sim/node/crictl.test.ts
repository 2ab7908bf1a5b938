import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { inSize, inWords } from '../../../src/sim/node/crictl/units'

const web = `
kubectl run web --image=nginx:1.29 --labels=run=web --overrides='{"spec":{"nodeName":"node01"}}' >/dev/null
kubectl wait --for=condition=Ready pod/web >/dev/null
`
/** What a script says on node01 once a Pod runs there. */
const onNode = (script: string) => createCluster().run(`${web}ssh node01 <<'EOF'\n${script}\nEOF\n`)

test('given a Pod on a node, then crictl lists its sandbox, its container and the images, in columns of its own', () => {
  const { stdout } = onNode(
    'sleep 2; crictl pods --name web; crictl pods --label run=web -q | wc -l; crictl ps --name web; crictl images nginx',
  )
  const lines = stdout.split('\n')
  expect(lines[0]).toBe(
    'POD ID              CREATED             STATE               NAME                NAMESPACE           ATTEMPT             RUNTIME',
  )
  expect(lines[1]).toMatch(/^[0-9a-f]{13} {7}\d+ seconds ago +Ready {15}web {17}default {13}0 {19}\(default\)$/)
  expect(lines[2]).toBe('1')
  expect(lines[3]).toBe(
    'CONTAINER           IMAGE               CREATED             STATE               NAME                ATTEMPT             POD ID              POD                 NAMESPACE',
  )
  expect(lines[4]).toMatch(/^[0-9a-f]{13} {7}[0-9a-f]{13} {7}\d+ seconds ago +Running {13}web {17}0 {19}[0-9a-f]{13} {7}web {17}default$/)
  expect(lines[5]).toBe('IMAGE                     TAG                 IMAGE ID            SIZE')
  expect(lines[6]).toMatch(/^docker\.io\/library\/nginx {3}1\.29 {16}[0-9a-f]{13} {7}[\d.]+MB$/)
})

test('given a running container, then commands run in it, and how they end is told', () => {
  const { stdout, stderr } = onNode(`
ID=$(crictl ps --name web -q)
crictl exec $ID ls /usr/share/nginx/html
echo hello | crictl exec -i $ID cat
crictl exec $ID sh -c 'exit 3'; echo "code $?"
crictl exec $ID no-such-program; echo "code $?"
crictl exec 0123 ls; echo "code $?"`)
  expect(stdout).toBe('50x.html\nindex.html\nhello\ncode 1\ncode 1\ncode 1\n')
  expect(stderr).toContain('FATA[0000] execing command in container: command terminated with exit code 3 \n')
  expect(stderr).toContain('exec: "no-such-program": executable file not found in $PATH')
  expect(stderr).toContain('code = NotFound desc = an error occurred when try to find container "0123": not found')
})

test('given a shell in a container on a terminal, then keys reach it, Ctrl-C ends what runs in it, and exit comes back', () => {
  const cluster = createCluster()
  cluster.run(web)
  const terminal = cluster.openTerminal()
  let screen = ''
  terminal.onOutput((text) => (screen += text))
  for (const line of [
    'ssh node01\r',
    'crictl exec -it $(crictl ps -q --name web) sh\r',
    'sleep 1000\r',
    '\x03',
    'echo I am in $(hostname)\r',
    'exit\r',
    'echo back on $(hostname)\r',
  ]) {
    terminal.input(line)
    cluster.advance('2s')
  }
  expect(screen).toMatch(/I am in web\r\n[\s\S]*back on node01\r\n/)
})

test('given a log on both streams, then crictl shows each on its own, from where it is asked', () => {
  const { stdout, stderr } = createCluster().run(`
kubectl run talker --image=busybox --restart=Never --overrides='{"spec":{"nodeName":"node01"}}' -- sh -c 'echo one; echo two >&2; echo three; sleep 1h' >/dev/null
kubectl wait --for=condition=Ready pod/talker >/dev/null
ssh node01 'ID=$(crictl ps -q --name talker); crictl logs $ID; echo; crictl logs --tail=1 $ID; crictl logs --tail 0 $ID; crictl logs -t --tail 1 $ID'
`)
  expect(stderr).toBe('two\n')
  expect(stdout).toMatch(/^one\nthree\n\nthree\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z three\n$/)
})

test('given a container that crictl stops, then the kubelet starts it again, and -a shows the run before', () => {
  const { stdout, stderr } = onNode(`
ID=$(crictl ps -q --name web)
crictl rm $ID
crictl stop $ID >/dev/null
sleep 5
crictl ps -a --name web | tail -n +2 | awk '{ print $(NF-5), $(NF-3) }'
crictl inspect -o go-template --template '{{ .status.state }} {{ .status.exitCode }} {{ .status.reason }}' $ID
crictl rm $ID | wc -l
crictl ps -aq --name web | wc -l`)
  expect(stderr).toContain('container is still running, to stop first')
  expect(stdout).toBe('Running 1\nExited 0\nCONTAINER_EXITED 137 Error\n1\n1\n')
})

test('given an image that is pulled by hand and removed again, then the node has it and has it no more', () => {
  const { stdout, stderr } = onNode(`
crictl pull redis:7.2
crictl images -o json redis | jq -r '.images[].repoTags[]'
crictl rmi redis:7.2
crictl images redis | wc -l
crictl pull no-such-image-anywhere`)
  expect(stdout).toMatch(
    /^Image is up to date for sha256:[0-9a-f]{64}\ndocker\.io\/library\/redis:7\.2\nDeleted: docker\.io\/library\/redis:7\.2\n1\n$/,
  )
  expect(stderr).toContain('FATA[0000] pulling image: rpc error: code = Unknown desc = failed to pull and unpack image')
})

test('given a container, then what the runtime knows of it, of its sandbox and of itself can be read', () => {
  const { stdout } = onNode(`
ID=$(crictl ps -q --name web)
PID=$(crictl inspect --output go-template --template '{{.info.pid}}' $ID)
ps -p $PID -o args=
crictl inspectp $(crictl pods -q --name web) | jq -r '.status.state, .status.metadata.name, .status.labels.run'
crictl inspecti nginx:1.29 | jq -r '.status.repoTags[0]'
crictl info | jq -r '.status.conditions[].type'
crictl version | tail -1
crictl stats $ID | head -1`)
  expect(stdout).toBe(
    'nginx: master process nginx -g daemon off;\nSANDBOX_READY\nweb\nweb\ndocker.io/library/nginx:1.29\nRuntimeReady\nNetworkReady\nRuntimeApiVersion:  v1\nCONTAINER           NAME                CPU %               MEM                 DISK                INODES\n',
  )
})

test('what crictl is told wrong, and a runtime that is away', () => {
  const { stdout, stderr } = onNode(`crictl nonsense; echo $?
crictl ps --nonsense | head -1
systemctl stop containerd; crictl ps; echo $?`)
  expect(stdout).toBe('3\nIncorrect Usage: flag provided but not defined: -nonsense\n1\n')
  expect(stderr).toContain("No help topic for 'nonsense'")
  expect(stderr).toContain('dial unix /run/containerd/containerd.sock: connect: connection refused')
})

test.each([
  [0, 'Less than a second'], [1_000, '1 second'], [59_000, '59 seconds'], [60_000, 'About a minute'], [119_000, 'About a minute'], [120_000, '2 minutes'],
  [3_600_000, 'About an hour'], [47 * 3_600_000, '47 hours'], [48 * 3_600_000, '2 days'], [15 * 86_400_000, '2 weeks'], [61 * 86_400_000, '2 months'], [800 * 86_400_000, '2 years'],
] as const)('%i ms are %s', (ms, words) => expect(inWords(ms)).toBe(words)) // prettier-ignore

test.each([[999, '999B'], [4_269_678, '4.27MB'], [43_824_000, '43.8MB'], [105_123_456, '105MB']] as const)('%i bytes are %s', (bytes, text) =>
  expect(inSize(bytes)).toBe(text),
) // prettier-ignore
