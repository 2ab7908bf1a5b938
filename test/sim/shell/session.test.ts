import { expect, test } from 'vitest'
import { createCluster, type Session } from '../../../src/sim/cluster'

type Answer = Parameters<Parameters<Session['run']>[1]>[0]

function openSession() {
  const cluster = createCluster({ workers: 1 })
  const session = cluster.openSession()
  return {
    /** Runs a command; one that is still running after half a minute is interrupted. */
    run(line: string): Answer {
      let answer: Answer | undefined
      session.run(line, (given) => (answer = given))
      cluster.advance('30s')
      if (!answer) session.interrupt()
      cluster.advance('1s')
      return answer!
    },
    interrupt: () => session.interrupt(),
  }
}

test('an interrupt ends the command that runs, and not the one after it', () => {
  const session = openSession()
  expect(session.run('sleep 1000')).toEqual({ stdout: '', stderr: '', code: 130 })
  expect(session.run('echo one; sleep 1000')).toEqual({ stdout: 'one\n', stderr: '', code: 130 })
  expect(session.run('echo two')).toEqual({ stdout: 'two\n', stderr: '', code: 0 })
})

test('an interrupt while nothing runs is forgotten', () => {
  const session = openSession()
  session.run('true')
  session.interrupt()
  expect(session.run('echo still here')).toEqual({ stdout: 'still here\n', stderr: '', code: 0 })
})

test('a shell without a terminal does not announce what it starts in the background', () => {
  expect(openSession().run('sleep 1 & wait')).toEqual({ stdout: '', stderr: '', code: 0 })
})
