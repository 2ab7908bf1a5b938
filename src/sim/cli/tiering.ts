import { setFlagsFromString } from 'node:v8'

/*
 * Import this first in a program that runs a cluster in Node. Booting and most of what people ask runs hundreds of functions some thousand times
 * each: just often enough for V8 to compile them once more, with all optimisations, and not often enough for that to pay. Node 20 does so after
 * 66 KB of bytecode three times over; told to wait for four times as much, a cluster boots with half the CPU and Deployments of hundreds of Pods
 * cost a third less, while what is really hot is compiled all the same (docs/performance.md). Browsers have a compiler in between, and need no
 * such hint.
 */
setFlagsFromString('--interrupt-budget=300000')
