import type { AnyObject } from '../../api/object'
import { discover } from '../discovery'
import { recorded } from '../change-cause'
import { environmentNameProblems } from '../env-names'
import { attachTo, followUntilRunning } from '../attaching'
import { builtInResource } from '../built-in-resource'
import { deletePropagation, deleteResource, waitForDeletion } from '../deleting'
import { CommandError, Exit, isNotFound } from '../errors'
import { isImageName } from '../image-name'
import { clientConfig } from '../kubeconfig'
import { labelPairs } from '../label-pairs'
import { applyOverrides } from '../overrides'
import { printerFor } from '../printers/printer'
import { err, out, usageError, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'
import { createObject, dryRunOf, generatedNamespace, operationText, savingConfig, writeQuery, type NewObject } from '../writing'
import type { Proc } from '../../node/os/syscalls'

export const run: Command = {
  required: ['image'],
  *run(kubectl) {
    const { flags, args } = kubectl
    if (args.length === 0 || kubectl.dashAt === 0) throw usageError(kubectl, 'NAME is required for run')
    if (flags.durationMs('pod-running-timeout') <= 0) throw usageError(kubectl, '--pod-running-timeout must be higher than zero')
    const image = flags.text('image')
    if (!image) throw new CommandError('--image is required')
    if (!isImageName(image)) throw new CommandError(`Invalid image name ${JSON.stringify(image)}: invalid reference format`)
    const interactive = flags.bool('stdin')
    const attach = flags.changed('attach') ? flags.bool('attach') : interactive || flags.bool('tty')
    const remove = flags.bool('rm')
    const dryRun = yield* dryRunOf(kubectl)
    if (flags.bool('tty') && !interactive) throw usageError(kubectl, '-i/--stdin is required for containers with -t/--tty=true')
    if (flags.bool('expose') && flags.text('port') === '') throw usageError(kubectl, '--port must be set when exposing a service')
    const restart = flags.text('restart')
    if (!['', 'Always', 'OnFailure', 'Never'].includes(restart)) throw usageError(kubectl, `invalid restart policy: ${restart}`)
    if (remove && !attach) throw usageError(kubectl, '--rm should only be used for attached containers')
    if (attach && dryRun !== 'none')
      throw usageError(kubectl, "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)")
    const pull = flags.text('image-pull-policy')
    if (!['', 'Always', 'IfNotPresent', 'Never'].includes(pull)) throw usageError(kubectl, `invalid image pull policy: ${pull}`)
    yield* deletePropagation(kubectl)
    const name = args[0]!
    const pod = applyOverrides(kubectl, yield* podOf(kubectl, name, args.slice(1), restart || 'Always', interactive))
    const query = writeQuery(kubectl, dryRun)
    const { namespace } = yield* clientConfig(kubectl)
    const printer = yield* printerFor(kubectl, { operation: operationText('created', dryRun), struct: true })

    const create = function* (object: NewObject): Proc<AnyObject> {
      const made = recorded(kubectl, object as unknown as AnyObject) // the server completes it
      if (dryRun === 'client') return asStruct(made) as AnyObject // printing is all that is done with it
      const struct = asStruct(flags.bool('save-config') ? savingConfig(made) : made) as AnyObject
      yield* discover(kubectl, 1)
      return yield* createObject(kubectl, { type: builtInResource(object), namespace, name }, struct, query)
    }
    const objects: AnyObject[] = []
    const created = yield* create(pod)
    if (flags.bool('expose')) {
      const service = yield* create(serviceFor(pod, flags.text('port'), yield* generatedNamespace(kubectl), flags.text('labels') !== ''))
      yield* out(printer(service))
      if (flags.text('output') === 'yaml') yield* out('---\n')
    }
    objects.push(created)
    if (!attach) return yield* out(printer(created))
    return yield* attachAndWait(kubectl, created, namespace, { remove, interactive, restart: restart || 'Always' })
  },
}

function* attachAndWait(
  kubectl: Kubectl,
  pod: AnyObject,
  namespace: string,
  { remove, interactive, restart }: { remove: boolean; interactive: boolean; restart: string },
): Proc<number> {
  const { flags } = kubectl
  const resource = { type: builtInResource(pod), namespace, name: pod.metadata.name }
  let code = 0
  try {
    const running = yield* followUntilRunning(kubectl, resource, flags.durationMs('pod-running-timeout'))
    code = yield* attachTo(kubectl, running, {
      stdin: interactive,
      tty: flags.bool('tty'),
      quiet: flags.bool('quiet'),
      wantsExitCode: restart === 'Never' || restart === 'OnFailure',
      restart,
    })
  } finally {
    if (remove) {
      try {
        yield* deleteResource(kubectl, resource, { propagationPolicy: yield* deletePropagation(kubectl) })
        if (!flags.bool('quiet')) yield* out(`pod "${resource.name}" deleted\n`)
        yield* waitForDeletion(kubectl, [{ ...resource, uid: pod.metadata.uid }], 0)
      } catch (error) {
        // oxlint-disable-next-line no-unsafe-finally -- a refused deletion is worth more words than what came before it
        if (!isNotFound(error)) throw error
      }
    }
  }
  if (code !== 0) {
    if (!flags.bool('quiet') || code) yield* err(`pod ${namespace}/${resource.name} terminated (Error)\n`)
    throw new Exit(code)
  }
  return 0
}

function* podOf(kubectl: Kubectl, name: string, words: readonly string[], restartPolicy: string, interactive: boolean): Proc<NewObject> {
  const { flags } = kubectl
  const env = flags.list('env').map((entry) => {
    const equals = entry.indexOf('=')
    const key = entry.slice(0, equals)
    if (equals <= 0 || environmentNameProblems(key).length) throw new CommandError(`invalid env: ${entry}`)
    return { name: key, value: entry.slice(equals + 1) }
  })
  const labels = flags.text('labels') ? labelPairs(flags.text('labels')) : { run: name }
  const annotations = labelPairsOf(flags.list('annotations'))
  const port = flags.text('port')
  if (port && !/^[-+]?\d+$/.test(port)) throw new CommandError(`strconv.Atoi: parsing ${JSON.stringify(port)}: invalid syntax`)
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels, ...(Object.keys(annotations).length ? { annotations } : {}), ...(yield* generatedNamespace(kubectl)) },
    spec: {
      containers: [
        {
          name,
          image: flags.text('image'),
          ...(words.length ? (flags.bool('command') ? { command: words } : { args: words }) : {}),
          ...(env.length ? { env } : {}),
          ...(port ? { ports: [{ containerPort: Number(port) }] } : {}),
          ...(flags.text('image-pull-policy') ? { imagePullPolicy: flags.text('image-pull-policy') } : {}),
          ...(flags.bool('privileged') ? { securityContext: { privileged: true } } : {}),
          ...(interactive ? { stdin: true } : {}),
          ...(interactive && !flags.bool('leave-stdin-open') ? { stdinOnce: true } : {}),
          ...(flags.bool('tty') ? { tty: true } : {}),
        },
      ],
      restartPolicy,
      dnsPolicy: 'ClusterFirst',
    },
  }
}

/** `--annotations`: each `key=value`. */
function labelPairsOf(entries: readonly string[]): Record<string, string> {
  if (entries.length === 1 && entries[0] === '') return {}
  return Object.fromEntries(
    entries.map((entry) => {
      const equals = entry.indexOf('=')
      if (equals < 1) throw new CommandError(`invalid annotations format: ${entry}`)
      return [entry.slice(0, equals), entry.slice(equals + 1)]
    }),
  )
}

/** `withLabels`: labels that were asked for are the Service's too. */
function serviceFor(pod: NewObject, port: string, namespace: { namespace?: string }, withLabels: boolean): NewObject {
  const { labels } = pod.metadata as { labels?: Record<string, string> } // as podOf made it
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: pod.metadata.name, ...(withLabels && { labels }), ...namespace },
    spec: { ports: [{ protocol: 'TCP', port: Number(port), targetPort: Number(port) }], selector: labels },
  }
}
