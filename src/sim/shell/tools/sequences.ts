import { useCpu, write } from '../../node/os/calls'
import { tool, ToolError } from './tool'

/** Tools that print on and on: seq, yes. */

export const seq = tool(function* (context, args) {
  const separatorAt = args.findIndex((argument) => /^-s/.test(argument))
  const formatAt = args.findIndex((argument) => /^-f/.test(argument))
  const valueOf = (at: number) => (at < 0 ? undefined : args[at]!.length > 2 ? args[at]!.slice(2) : args[at + 1])
  const skip = new Set([separatorAt, formatAt].flatMap((at) => (at < 0 ? [] : args[at]!.length > 2 ? [at] : [at, at + 1])))
  const equal = args.includes('-w')
  const numbers = args.filter((argument, i) => !skip.has(i) && argument !== '-w' && argument !== '--')
  if (numbers.length === 0) throw new ToolError(`missing operand\nTry 'seq --help' for more information.`)
  const bad = numbers.find((one) => !/^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(one))
  if (bad !== undefined)
    throw new ToolError(
      context.busybox ? `invalid number '${bad}'` : `invalid floating point argument: ‘${bad}’\nTry 'seq --help' for more information.`,
    )
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, Number(numbers[0])]
      : numbers.length === 2
        ? [Number(numbers[0]), 1, Number(numbers[1])]
        : (numbers.map(Number) as [number, number, number])
  if (step === 0) throw new ToolError(`invalid Zero increment value: ‘0’\nTry 'seq --help' for more information.`)
  const digits = Math.max(...numbers.slice(0, Math.max(1, numbers.length === 3 ? 2 : 1)).map((one) => one.split('.')[1]?.length ?? 0))
  const separator = valueOf(separatorAt) ?? '\n'
  const width = equal ? Math.max(first!.toFixed(digits).length, last!.toFixed(digits).length) : 0
  const shown = (value: number) => {
    const text = value.toFixed(digits)
    return width
      ? value < 0
        ? `-${text.slice(1).padStart(width - 1, '0')}`
        : text.padStart(width, '0')
      : (valueOf(formatAt)?.replace(/%0?(\d*)(?:\.(\d+))?[gfe]/, (spec, size: string, precision: string) =>
          (precision ? value.toFixed(Number(precision)) : text).padStart(Number(size), spec.startsWith('%0') ? '0' : ' '),
        ) ?? text)
  }
  let out = ''
  const count = Math.floor((last! - first!) / step! + 1e-10) + 1
  for (let i = 0; i < count; i++) {
    out += (i > 0 ? separator : '') + shown(first! + i * step!)
    if (out.length > 16_384) {
      yield* write(1, out)
      yield* useCpu(1)
      out = ''
    }
  }
  if (count > 0) yield* write(1, `${out}\n`)
  return 0
})

export const yes = tool(function* (_context, args) {
  const line = `${args.length > 0 ? args.join(' ') : 'y'}\n`
  for (;;) {
    yield* write(1, line.repeat(256))
    yield* useCpu(0.5)
  }
})
