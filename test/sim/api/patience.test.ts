import { expect, test } from 'vitest'
import { createPatience } from '../../../src/sim/api/patience'
import { badRequest } from '../../../src/sim/api/status'
import { createQuestions, Waiting } from '../../../src/sim/api/waiting'

/** A client whose writes ask something first; `answer` answers the last question. */
function start() {
  const questions = createQuestions()
  let answer: (value: string) => void = () => undefined
  let nowMs = 0
  let asked = 0
  const patient = createPatience(questions, () => nowMs)
  const stored: string[] = []
  const write = (refuses = false) =>
    patient(
      () => 'create pods default/x',
      () => {
        const said = questions.ask<string>('webhook', (answered) => {
          asked++
          answer = answered
        })
        if (refuses) throw badRequest(said)
        stored.push(said)
        return { apiVersion: 'v1', kind: 'Pod', metadata: { name: said } } as never
      },
    )
  return { write, stored, answer: (value: string) => answer(value), asked: () => asked, pass: (ms: number) => (nowMs += ms) }
}

test('a write that has to wait is refused for now, goes on by itself, and is not sent twice meanwhile', () => {
  const { write, stored, answer, asked } = start()
  let told: unknown
  try {
    write()
  } catch (error) {
    ;(error as Waiting).whenKnown((object) => (told = object?.metadata.name))
  }
  expect(() => write()).toThrow(Waiting)
  expect([asked(), stored]).toEqual([1, []])
  answer('yes')
  expect([stored, told]).toEqual([['yes'], 'yes'])
})

test('who repeats a write that was refused meanwhile hears why, and a minute later may try anew', () => {
  const { write, answer, asked, pass } = start()
  expect(() => write(true)).toThrow(Waiting)
  answer('no')
  expect(() => write(true)).toThrow('no')
  expect(() => write(true)).toThrow(Waiting)
  answer('no')
  pass(61_000)
  expect(() => write(true)).toThrow(Waiting)
  expect(asked()).toBe(3)
})
