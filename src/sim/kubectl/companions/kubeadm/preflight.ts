import { close, listDirectory, listen, stat, write } from '../../../node/os/calls'
import { SyscallError, type Proc } from '../../../node/os/syscalls'
import { CommandError } from '../../errors'

const MANIFESTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'etcd'].map(
  (name) => `/etc/kubernetes/manifests/${name}.yaml`,
)

/** `kubeadm init`: the checks are made, and tell that the machine is in use; one that is not could not be set up either. Throws CommandError. */
export function* initialise(release: string): Proc {
  yield* write(1, `[init] Using Kubernetes version: v${release}\n[preflight] Running pre-flight checks\n`)
  yield* refuse([...(yield* portsInUse([6443, 10259, 10257])), ...(yield* thereAlready(MANIFESTS)), ...(yield* portsInUse([10250, 2379, 2380])), ...(yield* notEmpty('/var/lib/etcd'))]) // prettier-ignore
}

/** `kubeadm join HOST:PORT`: likewise. */
export function* join(address: string | undefined): Proc {
  if (address === undefined) throw new CommandError('discovery: Invalid value: "": bootstrapToken or file must be set') // as without --config
  yield* write(1, '[preflight] Running pre-flight checks\n')
  yield* refuse([...(yield* thereAlready(['/etc/kubernetes/kubelet.conf'])), ...(yield* portsInUse([10250])), ...(yield* thereAlready(['/etc/kubernetes/pki/ca.crt']))]) // prettier-ignore
}

function* refuse(errors: readonly string[]): Proc {
  if (errors.length === 0) throw new CommandError('this simulation cannot set a machine up anew: reset the cluster instead')
  throw new CommandError(
    `error execution phase preflight: [preflight] Some fatal errors occurred:\n${errors.map((error) => `\t[ERROR ${error}\n`).join('')}[preflight] If you know what you are doing, you can make a check non-fatal with \`--ignore-preflight-errors=...\``,
  )
}

function* portsInUse(ports: readonly number[]): Proc<string[]> {
  const found: string[] = []
  for (const port of ports)
    try {
      yield* close(yield* listen(port))
    } catch (error) {
      if (!(error instanceof SyscallError) || error.code !== 'EADDRINUSE') throw error
      found.push(`Port-${port}]: Port ${port} is in use`)
    }
  return found
}

function* thereAlready(paths: readonly string[]): Proc<string[]> {
  const found: string[] = []
  for (const path of paths) if (yield* stat(path)) found.push(`FileAvailable-${path.replaceAll('/', '-')}]: ${path} already exists`)
  return found
}

function* notEmpty(folder: string): Proc<string[]> {
  if ((yield* stat(folder))?.type !== 'directory' || (yield* listDirectory(folder)).length === 0) return []
  return [`DirAvailable-${folder.replaceAll('/', '-')}]: ${folder} is not empty`]
}
