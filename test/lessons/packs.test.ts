import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadPack } from '../../src/lessons/pack'
import { readPackFolder } from '../../src/sim/cli/read-pack'

const root = new URL('../../src/lessons/packs/', import.meta.url)
const packs = readdirSync(root)

/** The shape that all languages of a lesson must share: everything but the words. */
const shapeOf = (block: { type: string }) => {
  const { type, id, check, solution, commands, answer, path } = block as Record<string, unknown>
  return { type, id, check, solution, commands, answer, path }
}

describe.each(packs)('the built-in pack %s', (name) => {
  const pack = loadPack(readPackFolder(fileURLToPath(new URL(name, root))))

  test('has every lesson in every language, alike but for the words', () => {
    for (const { lessons } of pack.meetings)
      for (const { languages } of lessons) {
        const [first, ...others] = Object.values(languages)
        for (const other of others) expect(other!.blocks.map(shapeOf)).toEqual(first!.blocks.map(shapeOf))
      }
  })
})
