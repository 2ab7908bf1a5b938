import type { Proc } from '../../../node/os/syscalls'
import { runInTerminal, runQuietly } from './children'
import { flashing, pushed, type Effect } from './state'
import { attempt, changeContext, closeAll, type Running } from './running'

/** Does what a key asked for outside of the state. What goes wrong is told in the line at the bottom. */
export function* carryOut(running: Running, effect: Effect): Proc {
  const { self } = running
  switch (effect.do) {
    case 'quit':
      running.ended = true
      return
    case 'refresh':
      yield* closeAll(running)
      running.measuredMs = -Infinity
      running.screen = []
      return
    case 'context':
      return yield* attempt(running, changeContext(running, effect.name))
    case 'clear log':
      if (running.log) running.log.lines = []
      return
    case 'mark log':
      running.log?.lines.push({ from: '', time: '', text: '-'.repeat(Math.max(1, running.size.columns - 4)) })
      return
    case 'terminal': {
      const code = yield* runInTerminal(self, [...running.words, ...effect.words])
      running.screen = []
      if (code !== 0) running.state = flashing(running.state, `kubectl ${effect.words[0]} ended with exit code ${code}`, 'faulty')
      return
    }
    case 'kubectl':
    case 'show': {
      const { code, text, typed } = yield* runQuietly(self, [...running.words, ...effect.words])
      running.typed += typed
      const [line = ''] = text.trimEnd().split('\n').slice(-1)
      if (code !== 0 && (effect.do === 'kubectl' || text.split('\n').length < 3))
        running.state = flashing(running.state, line || `kubectl ${effect.words[0]} was ended`, 'faulty')
      else if (effect.do === 'kubectl') running.state = flashing(running.state, effect.done, 'current')
      else {
        const { title, subject, words } = effect
        const lines = text.replace(/\n$/, '').split('\n')
        running.state = pushed(running.state, { view: 'text', title, subject, words, lines, top: 0, query: '', match: undefined })
      }
    }
  }
}
