import { lintPack, testPack } from '../../lessons/test-pack'
import { loadPack } from '../../lessons/pack'
import { LessonError } from '../../lessons/parse'
import { createCluster } from '../cluster'
import { UsageError } from './options'
import { readPackFolder } from './read-pack'

/**
 * `sim pack lint DIR` reads a pack and reports what an author got wrong; `sim pack test DIR` also boots each lesson and proves that every
 * check fails before and holds after its solution. Exit code 1 when something is wrong.
 */
export async function packCommand(args: readonly string[]): Promise<number> {
  const [verb, folder] = args
  if ((verb !== 'lint' && verb !== 'test') || folder === undefined) throw new UsageError('usage: sim pack lint|test DIR')
  try {
    const pack = loadPack(readPackFolder(folder))
    const problems = [...lintPack(pack)]
    if (verb === 'test') {
      for (const result of testPack(pack, createCluster)) {
        process.stdout.write(
          `${result.passed ? 'ok' : 'not ok'} - ${result.lesson} (${result.language}) ${result.what}${result.passed ? '' : `: ${result.why}`}\n`,
        )
        if (!result.passed) problems.push(`${result.lesson}: ${result.what}`)
      }
    } else for (const problem of problems) process.stdout.write(`${problem}\n`)
    process.stdout.write(problems.length === 0 ? `${pack.id}: everything in order\n` : `${pack.id}: ${problems.length} to mend\n`)
    return problems.length === 0 ? 0 : 1
  } catch (error) {
    if (!(error instanceof LessonError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 1
  }
}
