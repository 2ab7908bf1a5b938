import { nowMs, sleep, useCpu, write } from '../os/calls'
import { klogHead } from './dates'
import type { Program } from '../os/syscalls'

const DAY_MS = 86_400_000

/** `stress --cpu N --vm N --vm-bytes 150M --timeout 60s`: uses CPU and memory on purpose. Memory is modelled by the runtime from these arguments. */
export const stress: Program = function* (self) {
  const value = (...names: string[]) => {
    const at = self.argv.findIndex((word) => names.includes(word))
    return at >= 0 ? self.argv[at + 1] : self.argv.find((word) => names.some((name) => word.startsWith(`${name}=`)))?.replace(/^[^=]*=/, '')
  }
  const count = (...names: string[]) => Number(value(...names) ?? 0)
  const cpus = count('--cpu', '-c', '-cpus')
  yield* write(
    1,
    `stress: info: [${self.pid}] dispatching hogs: ${cpus} cpu, ${count('--io', '-i')} io, ${count('--vm', '-m')} vm, ${count('--hdd', '-d')} hdd\n`,
  )
  const seconds = Number(/^\d+/.exec(value('--timeout', '-t') ?? '')?.[0] ?? 0)
  const endMs = seconds > 0 ? (yield* nowMs()) + seconds * 1000 : Infinity
  while ((yield* nowMs()) < endMs) {
    if (cpus > 0) yield* useCpu(100)
    else yield* sleep(Math.min(DAY_MS, endMs - (yield* nowMs())))
  }
  yield* write(1, `stress: info: [${self.pid}] successful run completed in ${seconds}s\n`)
  return 0
}

/** `stress -cpus N -mem-total 150Mi …`, another program of the same name: Go flags, and words on standard error. */
export const memoryStress: Program = function* (self) {
  const value = (name: string, fallback: string) => {
    const at = self.argv.findIndex((word) => word.replace(/^--?/, '').split('=')[0] === name)
    const word = self.argv[at]
    return at < 0 ? fallback : word!.includes('=') ? word!.slice(word!.indexOf('=') + 1) : (self.argv[at + 1] ?? fallback)
  }
  const say = function* (text: string) {
    yield* write(2, `${klogHead(yield* nowMs())}main.go:${text}\n`)
  }
  yield* say(
    `26] Allocating ${JSON.stringify(value('mem-total', '0'))} memory, in ${JSON.stringify(value('mem-alloc-size', '4Ki'))} chunks, with a ${value('mem-alloc-sleep', '1ms')} sleep between allocations`,
  )
  const cpus = Number(value('cpus', '0'))
  for (let i = 0; i < cpus; i++) yield* say('39] Spawning a thread to consume CPU')
  yield* say('29] Allocated "0" memory')
  for (;;) {
    if (cpus > 0) yield* useCpu(100)
    else yield* sleep(DAY_MS)
  }
}
