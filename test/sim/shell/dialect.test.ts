import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'

const cluster = createCluster({ workers: 1 })
cluster.run(`
kubectl run dash --image=debian:12 -- sleep 1d
kubectl run ash --image=busybox -- sleep 1d
kubectl run bash --image=rockylinux:9 -- sleep 1d
kubectl wait pod --all --for=condition=Ready --timeout=120s`)

/** What `sh -c` of an image says to a script, both streams, and its exit code. */
function sh(pod: string, script: string): string {
  const { stdout, stderr, code } = cluster.run(`kubectl exec ${pod} -- sh -c '${script}'`)
  return `${stdout}${stderr.replace(/^command terminated.*\n/m, '')}${code === 0 ? '' : `rc=${code}`}`.trimEnd()
}

// Bash's own language, as `sh` of Debian's images (dash), of busybox (ash) and of Red Hat's (Bash) takes it.
test.each([
  ['for i in {1..3}; do echo $i; done', '{1..3}', '{1..3}', '1\n2\n3'],
  ['[[ a == a ]] && echo yes', 'sh: 1: [[: not found\nrc=127', 'yes', 'yes'],
  ['[ a == a ] && echo yes', 'sh: 1: [: a: unexpected operator\nrc=2', 'yes', 'yes'],
  ['cat <<< hi', 'sh: 1: Syntax error: redirection unexpected\nrc=2', 'sh: syntax error: unexpected redirection\nrc=2', 'hi'],
  ['cat <(echo hi)', 'sh: 1: Syntax error: "(" unexpected\nrc=2', 'sh: syntax error: unexpected "("\nrc=2', 'hi'],
  ['a=(1 2); echo ${a[1]}', 'sh: 1: Syntax error: "(" unexpected\nrc=2', 'sh: syntax error: unexpected "("\nrc=2', '2'],
  ['a=abc; echo ${a/b/X} ${a:1}', 'sh: 1: Bad substitution\nrc=2', 'aXc bc', 'aXc bc'],
  ['a=abc; echo ${a^^}', 'sh: 1: Bad substitution\nrc=2', 'sh: syntax error: bad substitution\nrc=2', 'ABC'],
  ['i=1; ((i++)); echo $i', '1\nsh: 1: i++: not found', '1\nsh: i++: not found', '2'],
  ['i=$((1+2)); echo $i', '3', '3', '3'],
  [
    'for ((i=0; i<2; i++)); do echo $i; done',
    'sh: 1: Syntax error: Bad for loop variable\nrc=2',
    'sh: syntax error: bad for loop variable\nrc=2',
    '0\n1',
  ],
  ['function f { echo f; }; f', 'sh: 1: Syntax error: "}" unexpected\nrc=2', 'f', 'f'],
  ['f() { local x=1; echo $x; }; f', '1', '1', '1'],
  ['let x=1+1; echo "[$x]"', '[]\nsh: 1: let: not found', '[2]', '[2]'],
  ['declare x=1', 'sh: 1: declare: not found\nrc=127', 'sh: declare: not found\nrc=127', ''],
  ['echo "[$UID]"', '[]', '[]', '[0]'],
  ['test -n "$RANDOM" && echo some', 'rc=1', 'some', 'some'],
  ['set -o pipefail; false | true', 'sh: 1: set: Illegal option -o pipefail\nrc=2', 'rc=1', 'rc=1'],
])('%s', (script, dash, ash, bash) => {
  expect([sh('dash', script), sh('ash', script), sh('bash', script)]).toEqual([dash, ash, bash])
})
