import type { SmallMap } from '../os/small-map'
import type { FileSystem } from '../os/file-system'
import type { NetworkNamespace } from '../os/network'
import type { Listener } from '../os/socket'
import type { ProcessSpace } from '../os/process-space'

/** What the containers of a Pod share: network stack, host name, address. */
export interface Sandbox {
  readonly id: string
  readonly hostname: string
  /** `192.168.1.7`; the host's own with hostNetwork. */
  readonly address: string
  readonly hostNetwork: boolean
  readonly listeners: SmallMap<string, Listener>
  /** Where the processes of all containers live when the Pod shares them. */
  readonly space?: ProcessSpace
  /** The sandbox's own view, used for what comes from outside any container (probes find listeners here). */
  readonly place: NetworkNamespace
}

/** The network stack as seen by one container of a sandbox, whose own files say how names are resolved. */
export class ContainerPlace implements NetworkNamespace {
  constructor(
    private readonly sandbox: Sandbox,
    private readonly files: FileSystem,
  ) {}

  get name() {
    return this.sandbox.place.name
  }

  get interfaces() {
    return this.sandbox.place.interfaces
  }

  get listeners() {
    return this.sandbox.listeners
  }

  readFile(path: string): string | undefined {
    return this.files.stat(path)?.type === 'file' ? this.files.read(path) : undefined
  }
}
