import { expect, test } from 'vitest'
import { runKubectl } from './machine'

/** Texts of the real kubectl. */
const refused: [command: string, stderr: string][] = [
  ['kubectl get --foo', "error: unknown flag: --foo\nSee 'kubectl get --help' for usage.\n"],
  ['kubectl get -Z', "error: unknown shorthand flag: 'Z' in -Z\nSee 'kubectl get --help' for usage.\n"],
  ['kubectl get -o', "error: flag needs an argument: 'o' in -o\nSee 'kubectl get --help' for usage.\n"],
  ['kubectl get --output', "error: flag needs an argument: --output\nSee 'kubectl get --help' for usage.\n"],
  [
    'kubectl delete --grace-period=x pod x',
    'error: invalid argument "x" for "--grace-period" flag: strconv.ParseInt: parsing "x": invalid syntax\nSee \'kubectl delete --help\' for usage.\n',
  ],
  [
    'kubectl delete --timeout=x pod x',
    'error: invalid argument "x" for "--timeout" flag: time: invalid duration "x"\nSee \'kubectl delete --help\' for usage.\n',
  ],
  [
    'kubectl -v=99999999999 get',
    'error: invalid argument "99999999999" for "-v, --v" flag: strconv.ParseInt: parsing "99999999999": value out of range\nSee \'kubectl get --help\' for usage.\n',
  ],
  [
    'kubectl get --watch=x',
    'error: invalid argument "x" for "-w, --watch" flag: strconv.ParseBool: parsing "x": invalid syntax\nSee \'kubectl get --help\' for usage.\n',
  ],
  ['kubectl --foo get', "error: unknown flag: --foo\nSee 'kubectl --help' for usage.\n"],
  ['kubectl gett', 'error: unknown command "gett" for "kubectl"\n\nDid you mean this?\n\tset\n\tget\n'],
  ['kubectl rollout foo', 'error: unknown command "foo"\nSee \'kubectl rollout -h\' for help and examples\n'],
  ['kubectl run x', 'error: required flag(s) "image" not set\n'],
  ['kubectl create cronjob x', 'error: required flag(s) "image", "schedule" not set\n'],
  ['kubectl create foo', "error: Unexpected args: [foo]\nSee 'kubectl create -h' for help and examples\n"],
  ['kubectl apply', 'error: must specify one of -f and -k\n'],
  ['kubectl exec', 'error: pod, type/name or --filename must be specified\n'],
  ['kubectl wait', 'error: unrecognized condition: ""\n'],
]

test.each(refused)('%s is refused as the real one refuses it', (command, stderr) => {
  expect(runKubectl(command)).toEqual({ stdout: '', stderr, code: 1 })
})
