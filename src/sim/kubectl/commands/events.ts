import type { Event } from '../../api/types/core-v1.gen'
import { parseTimestamp } from '../../engine/time'
import { humanDuration } from '../../formats/duration'
import { goSort } from '../../formats/go-sort'
import { nowMs } from '../../node/os/calls'
import type { Proc } from '../../node/os/syscalls'
import { builtInResource } from '../built-in-resource'
import { findNamed } from '../discovery'
import { CommandError, ErrorList } from '../errors'
import { clientConfig } from '../kubeconfig'
import { noMatch, pathOf } from '../mapper'
import { printerFor, unheeding, type Printable } from '../printers/printer'
import { alignTable } from '../printers/table'
import { listResources } from '../resources'
import { watch } from '../rest'
import { err, out, type Command, type Kubectl } from '../session'
import { asStruct } from '../typed'

const eventType = builtInResource({ apiVersion: 'v1', kind: 'Event' })

/** `kubectl events`: events in the order in which they were last seen. */
export const events: Command = {
  *run(kubectl) {
    const { flags } = kubectl
    const types = flags.list('types').filter(Boolean)
    if (types.some((type) => !/^(normal|warning)$/i.test(type))) throw new CommandError('valid --types are Normal or Warning')
    const printer = flags.text('output') ? unheeding(yield* printerFor(kubectl, { struct: true })) : undefined
    const fieldSelector = yield* aboutOne(kubectl)
    const wanted = ({ type = '' }: Event) => types.length === 0 || types.some((one) => one.toLowerCase() === type.toLowerCase())
    const everywhere = flags.bool('all-namespaces')
    const namespace = everywhere ? '' : (yield* clientConfig(kubectl)).namespace
    if (flags.bool('watch')) return yield* watchEvents(kubectl, namespace, fieldSelector, wanted)
    const limit = flags.int('chunk-size') || undefined
    const found = yield* listResources(kubectl, eventType, namespace, { fieldSelector, listQuery: { limit } })
    const sorted = goSort(
      found.map(({ object }) => object as unknown as Event).filter(wanted), // the type says so
      (a, b) => seenAt(a) < seenAt(b),
    )
    if (sorted.length === 0) return yield* err(everywhere ? 'No events found.\n' : `No events found in ${namespace} namespace.\n`)
    if (printer) {
      const items = sorted.map((event) => asStruct(event as unknown as Printable)) // any object can be printed
      // The real one prints nothing here: its list has no names.
      if (flags.text('output') !== 'name') yield* out(printer({ kind: 'EventList', apiVersion: 'v1', metadata: {}, items }))
      return
    }
    const now = yield* nowMs()
    const header = flags.bool('no-headers') ? '' : headerLine(everywhere)
    yield* out(alignTable(header + sorted.map((event) => eventLine(event, now, everywhere)).join('')))
  },
}

/** `--for TYPE/NAME` as a field selector. */
function* aboutOne(kubectl: Kubectl): Proc<string | undefined> {
  const about = kubectl.flags.text('for')
  if (about === '') return undefined
  if (!about.includes('/')) throw new CommandError('--for must be in resource/name form')
  const [word = '', name = '', ...more] = about.split('/')
  if (more.length) throw new CommandError('arguments in resource/name form may not have more than one slash')
  if (!word) throw new CommandError('a resource must be present, got: /, Resource=')
  // Without a name after the slash the flag says nothing.
  if (!name) return undefined
  const type = yield* findNamed(kubectl, word)
  if (!type) throw new ErrorList([noMatch(word)])
  const apiVersion = type.group ? `${type.group}/${type.version}` : type.version
  return `involvedObject.kind=${type.kind},involvedObject.apiVersion=${apiVersion},involvedObject.name=${name}`
}

function* watchEvents(kubectl: Kubectl, namespace: string, fieldSelector: string | undefined, wanted: (event: Event) => boolean): Proc {
  const everywhere = kubectl.flags.bool('all-namespaces')
  const widths: number[] = []
  let first = !kubectl.flags.bool('no-headers')
  const printer = kubectl.flags.text('output') ? unheeding(yield* printerFor(kubectl, { struct: true })) : undefined
  yield* watch<Event>(kubectl, { path: pathOf(eventType, namespace), query: { fieldSelector } }, function* ({ type, object }) {
    if (type === 'DELETED' || type === 'BOOKMARK' || !wanted(object)) return false
    if (printer) yield* out(printer(asStruct(object as unknown as Printable)))
    else yield* out(alignTable((first ? headerLine(everywhere) : '') + eventLine(object, yield* nowMs(), everywhere), widths))
    first = false
    return false
  })
}

const headerLine = (everywhere: boolean) => `${everywhere ? 'NAMESPACE\t' : ''}LAST SEEN\tTYPE\tREASON\tOBJECT\tMESSAGE\n`

function eventLine(event: Event, now: number, everywhere: boolean): string {
  const { metadata, involvedObject, type = '', reason = '', message = '' } = event
  const cells = [lastSeen(event, now), type, reason, `${involvedObject.kind}/${involvedObject.name}`, message.trim()]
  return `${[...(everywhere ? [metadata.namespace ?? ''] : []), ...cells].join('\t')}\n`
}

const seenAt = ({ series, lastTimestamp, eventTime }: Event) => {
  const time = series?.lastObservedTime ?? lastTimestamp ?? eventTime
  return time ? parseTimestamp(time) : 0
}

/** `5m`, or `10s (x3 over 5m)` for what happened several times. */
function lastSeen({ eventTime, firstTimestamp, lastTimestamp, series, count = 0 }: Event, now: number): string {
  const ago = (time: string | null | undefined) => (time ? humanDuration(now - parseTimestamp(time)) : '<unknown>')
  const first = ago(eventTime ?? firstTimestamp)
  if (series) return `${ago(series.lastObservedTime)} (x${series.count} over ${first})`
  return count > 1 ? `${ago(lastTimestamp)} (x${count} over ${first})` : first
}
