import { fromMarkdown } from 'mdast-util-from-markdown'
import { gfmFromMarkdown } from 'mdast-util-gfm'
import { gfm } from 'micromark-extension-gfm'
import type { Code, RootContent } from 'mdast'
import { load } from 'js-yaml'
import type { Block, Check, Lesson } from './format'

/** A mistake in a lesson file: what is wrong, and in which line. */
export class LessonError extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    message: string,
  ) {
    super(`${file}:${line}: ${message}`)
    this.name = 'LessonError'
  }
}

/**
 * Reads one Markdown lesson. `file` names it in errors; `read` gives the text of another file of the pack (fixtures). Prose stays Markdown,
 * fenced blocks with a role (`sh run`, `yaml file=web.yaml`, `task`, `quiz`, `discussion`, `facilitator`) become blocks. Raw HTML is dropped.
 * Throws LessonError for what an author can get wrong.
 */
export function parseLesson(source: {
  file: string
  text: string
  id: string
  language: string
  read: (path: string) => string | undefined
}): Lesson {
  const { front, body, bodyLine } = splitFrontMatter(source.text)
  const fail = (line: number, message: string): never => {
    throw new LessonError(source.file, line, message)
  }
  const head = mapping(
    parseYaml(front, (message) => fail(1, message)),
    () => fail(1, 'the front matter must be a mapping'),
  )
  if (typeof head.title !== 'string') fail(1, 'the front matter needs a title')

  const tree = fromMarkdown(body, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
  const blocks: Block[] = []
  let prose: RootContent[] = []
  const endProse = () => {
    if (prose.length > 0) blocks.push({ type: 'prose', content: prose })
    prose = []
  }
  const count = { run: 0, file: 0, task: 0, quiz: 0 }
  for (const node of tree.children) {
    const role = node.type === 'code' ? roleOf(node) : undefined
    if (node.type === 'code' && role) {
      endProse()
      const line = bodyLine + (node.position?.start.line ?? 1)
      blocks.push(
        blockOf(
          node,
          role,
          (type) => `${type}-${++count[type]}`,
          (message) => fail(line, message),
        ),
      )
    } else if (safe(node)) prose.push(withoutHtml(node))
  }
  endProse()
  const setup =
    typeof head.setup === 'string' ? (source.read(head.setup) ?? fail(1, `setup: no file ${head.setup} in the pack`)) : undefined
  return {
    id: source.id,
    title: String(head.title),
    language: source.language,
    ...(typeof head.minutes === 'number' && { minutes: head.minutes }),
    ...(setup !== undefined && { setup }),
    blocks,
  }
}

function splitFrontMatter(text: string): { front: string; body: string; bodyLine: number } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(text)
  if (!match) return { front: '', body: text, bodyLine: 0 }
  return { front: match[1]!, body: text.slice(match[0].length), bodyLine: match[0].split('\n').length - 1 }
}

type Role = 'run' | 'file' | 'task' | 'quiz' | 'discussion' | 'facilitator'

function roleOf({ lang, meta }: Code): Role | undefined {
  if (lang === 'task' || lang === 'quiz' || lang === 'discussion' || lang === 'facilitator') return lang
  if (lang === 'sh' && /\brun\b/.test(meta ?? '')) return 'run'
  return /\bfile=\S+/.test(meta ?? '') ? 'file' : undefined
}

function blockOf(node: Code, role: Role, id: (type: 'run' | 'file' | 'task' | 'quiz') => string, fail: (message: string) => never): Block {
  const meta = node.meta ?? ''
  if (role === 'run') return { type: 'run', id: id('run'), commands: node.value, interrupt: /\binterrupt\b/.test(meta) }
  if (role === 'file')
    return { type: 'file', id: id('file'), path: /\bfile=(\S+)/.exec(meta)![1]!, language: node.lang ?? 'text', text: `${node.value}\n` }
  if (role === 'facilitator')
    return {
      type: 'facilitator',
      content: fromMarkdown(node.value, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] })
        .children.filter(safe)
        .map(withoutHtml),
    }
  const fields = parseYaml(node.value, fail)
  if (role === 'discussion') return { type: 'discussion', prompts: texts(fields, () => fail('a discussion is a list of prompts')) }
  const map = mapping(fields, () => fail(`a ${role} is a mapping`))
  const text = (key: string) => (typeof map[key] === 'string' ? (map[key] as string) : fail(`a ${role} needs ${key}`))
  if (role === 'quiz') {
    const options = texts(map.options, () => fail('a quiz needs options'))
    const answer = (Array.isArray(map.answer) ? map.answer : [map.answer]).map((n) =>
      Number.isInteger(n) && n >= 1 && n <= options.length ? n - 1 : fail(`answer: ${n} is not the number of an option`),
    )
    return { type: 'quiz', id: id('quiz'), question: text('question'), options, answer, explanation: text('explanation') }
  }
  const hint = map.hint ?? map.hints ?? []
  return {
    type: 'task',
    id: id('task'),
    goal: text('goal'),
    check: checkOf(map.check, fail),
    hints: typeof hint === 'string' ? [hint] : texts(hint, () => fail('hints is a list of texts')),
    solution: text('solution'),
  }
}

const CHECK_KEYS: readonly (readonly string[])[] = [
  ['object', 'namespace', 'absent', 'condition', 'status', 'path', 'is'],
  ['objects', 'namespace', 'selector', 'where', 'count'],
  ['shell', 'prints', 'code'],
]

function checkOf(value: unknown, fail: (message: string) => never): Check {
  const map = mapping(value, () => fail('a check is a mapping, or a list of them'))
  for (const key of ['all', 'any'] as const) {
    if (Array.isArray(map[key])) return { [key]: (map[key] as unknown[]).map((each) => checkOf(each, fail)) } as unknown as Check
  }
  if (map.not !== undefined) return { not: checkOf(map.not, fail) }
  const allowed = CHECK_KEYS.find(([kind]) => map[kind!] !== undefined)
  if (!allowed) return fail('a check names an object, objects, or a shell command')
  for (const key of Object.keys(map)) if (!allowed.includes(key)) fail(`a check on ${allowed[0]} does not know ${key}`)
  if ('objects' in map && map.count === undefined) fail('a check on objects needs a count')
  if ('path' in map && map.is === undefined) fail('a path needs something it is')
  return map as unknown as Check // its keys were just checked; a wrong value is reported by the check itself when it is asked
}

function parseYaml(text: string, fail: (message: string) => never): unknown {
  try {
    return text.trim() === '' ? {} : load(text)
  } catch (error) {
    return fail(error instanceof Error ? error.message.split('\n')[0]! : String(error))
  }
}

function mapping(value: unknown, fail: () => never): Readonly<Record<string, unknown>> {
  if (Array.isArray(value) && value.every((each) => typeof each === 'object')) return { all: value }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : fail()
}

function texts(value: unknown, fail: () => never): readonly string[] {
  return Array.isArray(value) ? value.map((each) => (typeof each === 'string' || typeof each === 'number' ? String(each) : fail())) : fail()
}

const safe = (node: RootContent) => node.type !== 'html'

/** The node without raw HTML anywhere below it, and without links that run something. */
function withoutHtml<T extends RootContent>(node: T): T {
  if ('url' in node && !/^(https?:|mailto:|#|\.{0,2}\/|[\w-]+(\/|$))/i.test(node.url)) return { ...node, url: '#' }
  if (!('children' in node)) return node
  return { ...node, children: (node.children as RootContent[]).filter(safe).map(withoutHtml) }
}
