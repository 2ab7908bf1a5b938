import type { AnyObject } from '../../api/object'
import { timestamp } from '../../engine/time'
import { nowMs } from '../../node/os/calls'
import { builtInResource } from '../built-in-resource'
import { asReported, CommandError, isConflict, throwAll } from '../errors'
import { fileOptions } from '../manifests'
import { pathOf } from '../mapper'
import { printerFor } from '../printers/printer'
import { findResources, parseTargets, type Resource } from '../resources'
import { requestJson } from '../rest'
import { out, type Command, type Kubectl } from '../session'
import type { Proc } from '../../node/os/syscalls'

interface Condition {
  readonly type: string
  readonly [member: string]: unknown
}

interface Decision {
  readonly word: 'approve' | 'deny'
  readonly condition: 'Approved' | 'Denied'
  readonly opposite: 'Approved' | 'Denied'
  readonly outcome: string
}

const requests = builtInResource({ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest' })

const command = (decision: Decision): Command => ({
  *run(kubectl) {
    const { args } = kubectl
    const files = fileOptions(kubectl)
    if (args.length < 1 && files.names.length === 0 && !files.kustomize)
      throw new CommandError('one or more CSRs must be specified as <name> or -f <filename>')
    const print = yield* printerFor(kubectl, { operation: decision.outcome })
    const query = { words: args, defaultType: 'certificatesigningrequests', files }
    const named = files.names.length === 0 && !files.kustomize ? yield* parseTargets(kubectl, query) : []
    if (named.some(({ type }) => type.namespaced)) throw new CommandError('namespace may not be empty when retrieving a resource by name')
    const found = yield* findResources(kubectl, { ...query, fetch: true })
    const failures = [...found.errors]
    for (const resource of found.resources) {
      try {
        if (resource.type.plural !== requests.plural)
          throw new CommandError(`can only handle CertificateSigningRequest.certificates.k8s.io objects, got ${resource.type.kind}`)
        yield* decide(kubectl, resource, decision)
        // What is printed is the request as it was found.
        yield* out(print(resource.object!))
      } catch (error) {
        failures.push(asReported(error))
      }
    }
    throwAll(failures)
    if (found.resources.length === 0) yield* out('No resources found\n')
  },
})

/** Adds the condition unless it is there (or --force renews it); tries again when somebody else wrote meanwhile. */
function* decide(kubectl: Kubectl, { name }: Resource, { word, condition, opposite }: Decision): Proc {
  for (let tries = 0; ; tries++) {
    const current = yield* requestJson<AnyObject>(kubectl, { path: pathOf(requests, '', name) })
    const { conditions = [], ...status } = (current.status ?? {}) as { conditions?: readonly Condition[] } // a request's status
    if (conditions.some(({ type }) => type === opposite)) throw new CommandError(`certificate signing request ${JSON.stringify(name)} is already ${opposite}`) // prettier-ignore
    if (conditions.some(({ type }) => type === condition) && !kubectl.flags.bool('force')) return
    const now = timestamp(yield* nowMs())
    const decided: Condition = {
      type: condition,
      status: 'True',
      reason: word === 'approve' ? 'KubectlApprove' : 'KubectlDeny',
      message: `This CSR was ${word === 'approve' ? 'approved' : 'denied'} by kubectl certificate ${word}.`,
      lastUpdateTime: now,
      lastTransitionTime: null,
    }
    const kept = conditions.filter(({ type }) => type !== condition)
    try {
      const body = { ...current, status: { ...status, conditions: [...kept, decided] } }
      return void (yield* requestJson<AnyObject>(kubectl, { method: 'PUT', path: pathOf(requests, '', name, 'approval'), body }))
    } catch (error) {
      if (!isConflict(error) || tries >= 10) throw error
    }
  }
}

export const certificateApprove = command({ word: 'approve', condition: 'Approved', opposite: 'Denied', outcome: 'approved' })
export const certificateDeny = command({ word: 'deny', condition: 'Denied', opposite: 'Approved', outcome: 'denied' })
