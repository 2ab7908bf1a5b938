import { write } from '../../node/os/calls'
import type { Proc, Self } from '../../node/os/syscalls'
import { CommandError } from '../errors'
import type { Flags } from '../flags'

/** Where a line comes from. */
export interface Origin {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly node: string
}

/** Colours of pods and of their containers, one pair a pod. */
const colours: readonly (readonly [pod: number, container: number])[] = [[96, 36], [92, 32], [95, 35], [93, 33], [94, 34], [91, 31]] // prettier-ignore

/** FNV-1, by which a pod has the same colour each time. */
function hash(text: string): number {
  let value = 2166136261
  for (const byte of new TextEncoder().encode(text)) value = (Math.imul(value, 16777619) ^ byte) >>> 0
  return value
}

/** Writes lines as --output asks, and says which containers come and go. Throws CommandError for an output nobody knows. */
export function lineWriter(self: Self, flags: Flags, withNamespace: boolean) {
  const mode = flags.text('color')
  if (!['auto', 'always', 'never'].includes(mode)) throw new CommandError("color should be one of 'always', 'never', or 'auto'")
  const colourful = mode === 'always' || (mode === 'auto' && self.isTty(1))
  const painted = (colour: number | string, text: string) => (colourful ? `\x1b[${colour}m${text}\x1b[0m` : text)
  const format = formats[flags.text('output')]
  if (!format) throw new CommandError("output should be one of 'default', 'raw', 'json', 'extjson', and 'ppextjson'")
  const patterns = (name: string, what: string) => flags.list(name).map((text) => compiled(text, what))
  const [left, shown] = [patterns('exclude', 'exclusion filter'), patterns('include', 'inclusion filter')]
  const marks = [...shown, ...patterns('highlight', 'highlight filter')]
  const names = ({ namespace, pod, container }: Origin): Names => {
    const [podColour, containerColour] = colours[hash(pod) % colours.length]!
    return {
      namespace: withNamespace ? painted(podColour, namespace) : undefined,
      pod: painted(podColour, pod),
      container: painted(containerColour, container),
    }
  }
  return {
    /** A line of a log with its time before it. */
    *print(origin: Origin, line: string): Proc {
      const [, time = '', message = ''] = /^(\S+) ?(.*?)\n?$/s.exec(line) ?? []
      if (left.some((one) => one.test(message)) || (shown.length && !shown.some((one) => one.test(message)))) return
      const marked = colourful ? marks.reduce((text, one) => text.replace(new RegExp(one, 'g'), (found) => painted('31;1', found)), message) : message // prettier-ignore
      yield* write(1, `${format(names(origin), flags.bool('timestamps') ? `${time} ${marked}` : marked, origin)}\n`)
    },
    *announce(sign: '+' | '-', origin: Origin): Proc {
      if (flags.bool('only-log-lines')) return
      const { namespace, pod, container } = names(origin)
      yield* write(2, `${painted(sign === '+' ? '92;1' : '91;1', sign)} ${namespace ? `${namespace} ` : ''}${pod} › ${container}\n`)
    },
  }
}

function compiled(text: string, what: string): RegExp {
  try {
    return new RegExp(text)
  } catch {
    throw new CommandError(`failed to compile regular expression for ${what}: error parsing regexp: ${JSON.stringify(text)}`)
  }
}

interface Names {
  readonly namespace?: string
  readonly pod: string
  readonly container: string
}

/** A message that is JSON stays as it is. */
function asJson(message: string): string {
  try {
    JSON.parse(message)
    return message
  } catch {
    return JSON.stringify(message)
  }
}

const formats: Readonly<Record<string, (names: Names, message: string, origin: Origin) => string>> = {
  default: ({ namespace, pod, container }, message) => `${namespace ? `${namespace} ` : ''}${pod} ${container} ${message}`,
  raw: (_, message) => message,
  json: (_, message, { namespace, node, pod, container }) =>
    JSON.stringify({ message, nodeName: node, namespace, podName: pod, containerName: container }),
  extjson: ({ namespace, pod, container }, message) =>
    `{${namespace ? `"namespace": "${namespace}", ` : ''}"pod": "${pod}", "container": "${container}", "message": ${asJson(message)}}`,
  ppextjson: ({ namespace, pod, container }, message) =>
    `{\n${namespace ? `  "namespace": "${namespace}",\n` : ''}  "pod": "${pod}",\n  "container": "${container}",\n  "message": ${asJson(message)}\n}`,
}
