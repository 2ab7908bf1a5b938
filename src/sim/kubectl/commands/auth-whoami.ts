import { asReported, CommandError, hasReason, isNotFound } from '../errors'
import { alignTable } from '../printers/table'
import { printerFor, type Printable } from '../printers/printer'
import { requestJson } from '../rest'
import { out, type Command } from '../session'

interface SelfSubjectReview {
  readonly status: {
    readonly userInfo: {
      readonly username?: string
      readonly uid?: string
      readonly groups?: readonly string[]
      readonly extra?: Readonly<Record<string, readonly string[]>>
    }
  }
}

/** `kubectl auth whoami`: who the server takes the caller for. */
export const authWhoami: Command = {
  *run(kubectl) {
    const formatted = kubectl.flags.text('output') !== ''
    const isNameless = !formatted && kubectl.flags.changed('output')
    const printer = formatted ? yield* printerFor(kubectl, { struct: true }) : undefined
    let review: SelfSubjectReview
    try {
      review = yield* requestJson<SelfSubjectReview>(kubectl, {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1', metadata: { creationTimestamp: null }, status: { userInfo: {} } },
      }) // prettier-ignore
    } catch (error) {
      if (hasReason(error, 'Forbidden'))
        throw new CommandError(`the selfsubjectreviews API is not enabled in the cluster or you do not have permission to call it`)
      if (isNotFound(error))
        throw new CommandError('the selfsubjectreviews API is not enabled in the cluster\nenable APISelfSubjectReview feature gate and authentication.k8s.io/v1alpha1 or authentication.k8s.io/v1beta1 API') // prettier-ignore
      throw asReported(error)
    }
    // The empty format prints names, which a review has not.
    if (isNameless) return yield* out('selfsubjectreview.authentication.k8s.io/<unknown>\n')
    if (printer) {
      yield* out(printer({ ...review, metadata: { creationTimestamp: null } } as unknown as Printable)) // a plain object
      return
    }
    const { username, uid, groups = [], extra = {} } = review.status.userInfo
    const rows = [
      ...(username ? [['Username', username]] : []),
      ...(uid ? [['UID', uid]] : []),
      ...(groups.length ? [['Groups', `[${groups.join(' ')}]`]] : []),
      ...Object.keys(extra)
        .sort()
        .map((key) => [`Extra: ${key}`, `[${extra[key]!.join(' ')}]`]),
    ]
    yield* out(alignTable(`ATTRIBUTE\tVALUE\n${rows.map((cells) => `${cells.join('\t')}\n`).join('')}`))
  },
}
