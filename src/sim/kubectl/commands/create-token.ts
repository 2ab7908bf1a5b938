import { CommandError } from '../errors'
import { clientConfig } from '../kubeconfig'
import { builtInResource } from '../built-in-resource'
import { pathOf } from '../mapper'
import { printerFor, type Printable } from '../printers/printer'
import { requestJson } from '../rest'
import { out, usageError, type Command } from '../session'
import { asReported } from '../errors'
import { withFailure } from '../writing'

const serviceAccounts = builtInResource({ apiVersion: 'v1', kind: 'ServiceAccount' })

/** Kinds a token can be bound to, and their API versions. */
const bindable: Readonly<Record<string, string>> = { Node: 'v1', Pod: 'v1', Secret: 'v1' }

/** `kubectl create token SERVICE_ACCOUNT`: prints a token the server has made. */
export const createToken: Command = {
  *run(kubectl) {
    const { flags, dashAt } = kubectl
    const args = dashAt < 0 ? kubectl.args : kubectl.args.slice(0, dashAt)
    if (args.length !== 1) throw usageError(kubectl, `exactly one NAME is required, got ${args.length}`)
    const [name] = args as [string]
    const printer = flags.changed('output') ? yield* printerFor(kubectl, { operation: 'created', struct: true }) : undefined
    if (name === '') throw new CommandError('service account name is required')
    const durationMs = flags.durationMs('duration')
    if (durationMs < 0) throw new CommandError('--duration must be greater than or equal to 0')
    if (durationMs % 1000 !== 0) throw new CommandError('--duration cannot be expressed in units less than seconds')
    const [kind, boundName, uid] = ['kind', 'name', 'uid'].map((part) => flags.text(`bound-object-${part}`)) as [string, string, string]
    if (kind === '') {
      if (boundName) throw new CommandError('--bound-object-name can only be set if --bound-object-kind is provided')
      if (uid) throw new CommandError('--bound-object-uid can only be set if --bound-object-kind is provided')
    } else {
      if (!(kind in bindable))
        throw new CommandError(`supported --bound-object-kind values are ${Object.keys(bindable).toSorted().join(', ')}`) // prettier-ignore
      if (!boundName) throw new CommandError('--bound-object-name is required if --bound-object-kind is provided')
    }
    if (flags.list('audience').includes('')) throw new CommandError('--audience must not be an empty string')
    const { namespace } = yield* clientConfig(kubectl)
    const spec = {
      audiences: flags.list('audience').length ? flags.list('audience') : null,
      ...(durationMs ? { expirationSeconds: durationMs / 1000 } : {}),
      ...(kind ? { boundObjectRef: { kind, apiVersion: bindable[kind], name: boundName, ...(uid ? { uid } : {}) } } : {}),
    }
    try {
      const made = yield* requestJson<Printable & { status: { token: string } }>(kubectl, {
        method: 'POST',
        path: pathOf(serviceAccounts, namespace, name, 'token'),
        body: { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', spec },
      })
      // A program that reads the token gets it without a newline.
      yield* out(printer ? printer(withoutGaps(made)) : `${made.status.token}${kubectl.self.isTty(1) ? '\n' : ''}`)
    } catch (error) {
      throw withFailure(asReported(error), 'failed to create token')
    }
  },
}

/** The token request as a Go program prints the struct it holds: with the object it is bound to even where there is none. */
const withoutGaps = (made: Printable & { readonly spec?: Printable }): Printable => ({
  ...made,
  spec: { ...made.spec, boundObjectRef: made.spec?.boundObjectRef ?? null },
})
