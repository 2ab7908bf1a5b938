import { timestamp } from '../../engine/time'
import { parseOptions, tool } from '../../shell/tools/tool'
import type { Host } from '../host'
import { KERNEL } from '../journal'
import { sleep, write } from '../os/calls'
import type { Program } from '../os/syscalls'
import { textOf } from './journal-text'
import { spoken } from './journalctl'

/** `dmesg [-T] [-w] [-H]`: what the kernel has said since the machine came up. Whom it killed for want of memory is there. */
export const dmesg = (host: () => Host): Program =>
  tool(function* (context, args) {
    const { has } = parseOptions(context, args, {
      short: 'TwHxtl:f:L::kuedS',
      long: { ctime: 'T', follow: 'w', human: 'H', notime: 't', 'level=': 'l', 'facility=': 'f', decode: 'x', 'color=?': 'L', kernel: 'k' },
    })
    const { journal, bootedMs } = host()
    const said = () => journal.entries.filter(({ unit, timeMs }) => unit === KERNEL && timeMs >= bootedMs)
    const seconds = (timeMs: number) => ((timeMs - bootedMs) / 1000).toFixed(6).padStart(12)
    const at = (timeMs: number) => (has('t') ? '' : has('T') ? `[${readable(timeMs)}] ` : `[${seconds(timeMs)}] `)
    let told = 0
    do {
      const entries = said()
      for (const entry of entries.slice(told)) yield* write(1, `${at(entry.timeMs)}${textOf(entry).replace(/^kernel: /, '')}\n`)
      told = entries.length
      if (has('w')) yield* sleep(500)
    } while (has('w'))
    return 0
  })('gnu')

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Thu Jan  1 00:00:00 2026`. */
function readable(timeMs: number): string {
  const [date = '', time = ''] = timestamp(timeMs).replace('Z', '').split('T')
  const [year, month, day] = date.split('-')
  return `${spoken(timeMs).slice(0, 3)} ${MONTHS[Number(month) - 1]} ${String(Number(day)).padStart(2)} ${time} ${year}`
}
