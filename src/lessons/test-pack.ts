import type { Cluster, ClusterOptions } from '../sim/cluster'
import { askCheck, shellCommandsOf, type Finding } from './checks'
import { checkViewOf } from './check-view'
import type { Block, Check, Lesson, Pack } from './format'

/** One line of a pack's test report. */
export interface PackResult {
  readonly lesson: string
  readonly language: string
  /** What was tried: `task-2 is not done beforehand`. */
  readonly what: string
  readonly passed: boolean
  readonly why: string
}

/** Virtual time a command of a lesson may take, and a check may need to come true. */
const COMMAND_LIMIT_MS = 300_000
const SETTLE_LIMIT_MS = 180_000

/** What is wrong with a pack that can be seen without a cluster: languages that tell different stories. */
export function* lintPack(pack: Pack): Generator<string> {
  for (const { lessons } of pack.meetings) {
    for (const { id, languages } of lessons) {
      const [first, ...others] = Object.values(languages)
      for (const other of others) {
        if (JSON.stringify(other.blocks.map(shapeOf)) !== JSON.stringify(first!.blocks.map(shapeOf))) {
          yield `${id}: ${other.language} and ${first!.language} differ in more than words`
        }
      }
    }
  }
}

/** What all languages of a lesson share: everything but the words. */
function shapeOf(block: Block): unknown {
  switch (block.type) {
    case 'run':
      return [block.type, block.commands]
    case 'file':
      return [block.type, block.path, block.text]
    case 'task':
      return [block.type, block.check, block.solution, block.hints.length]
    case 'quiz':
      return [block.type, block.answer, block.options.length]
    default:
      return [block.type]
  }
}

/**
 * Plays every lesson on a cluster of its own, as a reader would: runs what has a run button, and for each task shows that its check fails
 * before its solution and holds after it. One language suffices: lintPack shows that the others do the same.
 */
export function* testPack(pack: Pack, create: (options: ClusterOptions) => Cluster): Generator<PackResult> {
  for (const { lessons } of pack.meetings) {
    for (const { languages } of lessons) {
      const lesson = Object.values(languages)[0]!
      yield* testLesson(lesson, create(pack.cluster))
    }
  }
}

function* testLesson(lesson: Lesson, cluster: Cluster): Generator<PackResult> {
  const result = (what: string, passed: boolean, why: string): PackResult => ({
    lesson: lesson.id,
    language: lesson.language,
    what,
    passed,
    why,
  })
  if (lesson.setup !== undefined) {
    const { code, stderr } = cluster.run('kubectl apply -f -', { stdin: lesson.setup })
    yield result('its fixture applies', code === 0, stderr)
  }
  for (const block of lesson.blocks) {
    if (block.type === 'run') play(cluster, block.commands)
    if (block.type === 'file') cluster.files.write(`/root/${block.path}`, block.text)
    if (block.type !== 'task') continue
    const before = ask(cluster, block.check)
    yield result(`${block.id} is not done beforehand`, !before.passed, before.saw)
    const { code, stderr } = play(cluster, block.solution)
    yield result(`${block.id} has a solution that runs`, code === 0, stderr)
    const after = waitFor(cluster, block.check)
    yield result(`${block.id} is done by its solution`, after.passed, after.saw)
  }
}

/** Runs a block's commands; one that does not end by itself is interrupted. */
function play(cluster: Cluster, commands: string): { code: number; stderr: string } {
  const run = cluster.start(commands)
  const limit = cluster.engine.nowMs + COMMAND_LIMIT_MS
  while (!run.result && cluster.engine.nowMs < limit && cluster.engine.step());
  if (!run.result) run.interrupt()
  return { code: run.result?.code ?? 130, stderr: run.result?.stderr ?? 'it did not end by itself' }
}

function ask(cluster: Cluster, check: Check): Finding {
  const results = new Map(shellCommandsOf(check).map((script) => [script, cluster.run(script)]))
  return askCheck(
    check,
    checkViewOf(cluster, (script) => results.get(script)),
  )
}

function waitFor(cluster: Cluster, check: Check): Finding {
  const limit = cluster.engine.nowMs + SETTLE_LIMIT_MS
  let finding = ask(cluster, check)
  while (!finding.passed && cluster.engine.nowMs < limit) {
    cluster.advance(1000)
    finding = ask(cluster, check)
  }
  return finding
}
