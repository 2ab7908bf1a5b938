import { describe, expect, test } from 'vitest'
import { LessonError, parseLesson } from '../../src/lessons/parse'

const parse = (text: string) =>
  parseLesson({
    file: 'lesson.en.md',
    text,
    id: 'lesson',
    language: 'en',
    read: (path) => (path === 'setup.yaml' ? 'kind: Pod' : undefined),
  })
const fence = (info: string, body: string) => `\`\`\`${info}\n${body}\n\`\`\`\n`

describe('a lesson in Markdown', () => {
  test('becomes prose and the blocks that its fences name, in order', () => {
    const lesson = parse(
      `---\ntitle: Pods\nminutes: 5\nsetup: setup.yaml\n---\nRead this.\n\n${fence('sh run', 'kubectl get pods')}\nThen\n\n${fence('yaml file=a.yaml', 'kind: Pod')}${fence('sh', 'plain code')}`,
    )
    expect(lesson).toMatchObject({ title: 'Pods', minutes: 5, setup: 'kind: Pod' })
    expect(lesson.blocks.map((block) => block.type)).toEqual(['prose', 'run', 'prose', 'file', 'prose'])
    expect(lesson.blocks[1]).toEqual({ type: 'run', id: 'run-1', commands: 'kubectl get pods', interrupt: false })
    expect(lesson.blocks[3]).toMatchObject({ path: 'a.yaml', text: 'kind: Pod\n' })
  })

  test('a task has a goal, a check, hints and a solution', () => {
    const { blocks } = parse(
      `---\ntitle: t\n---\n${fence('task', 'goal: scale\ncheck: { object: deployment/web, condition: Available }\nhint: try\nsolution: kubectl scale')}`,
    )
    expect(blocks).toEqual([
      {
        type: 'task',
        id: 'task-1',
        goal: 'scale',
        check: { object: 'deployment/web', condition: 'Available' },
        hints: ['try'],
        solution: 'kubectl scale',
      },
    ])
  })

  test('raw HTML is dropped and script links lead nowhere', () => {
    const { blocks } = parse('---\ntitle: t\n---\n<script>alert(1)</script>\n\nA <b>bold</b> [link](javascript:alert(1)).')
    const text = JSON.stringify(blocks)
    expect(text).not.toContain('script')
    expect(text).not.toContain('<b>')
  })

  test.each([
    ['no title', '---\nminutes: 1\n---\n', 'lesson.en.md:1: the front matter needs a title'],
    [
      'a task without solution',
      `---\ntitle: t\n---\n${fence('task', 'goal: g\ncheck: { object: pod/x }')}`,
      'lesson.en.md:4: a task needs solution',
    ],
    [
      'an unknown key in a check',
      `---\ntitle: t\n---\n${fence('task', 'goal: g\ncheck: { object: pod/x, staus: y }\nsolution: s')}`,
      'lesson.en.md:4: a check on object does not know staus',
    ],
    [
      'a quiz whose answer is no option',
      `---\ntitle: t\n---\n${fence('quiz', 'question: q\noptions: [a, b]\nanswer: 3\nexplanation: e')}`,
      'lesson.en.md:4: answer: 3 is not the number of an option',
    ],
    ['a missing fixture', '---\ntitle: t\nsetup: nowhere.yaml\n---\n', 'lesson.en.md:1: setup: no file nowhere.yaml in the pack'],
  ])('%s is refused with file and line', (_what, text, message) => {
    expect(() => parse(text)).toThrow(LessonError)
    expect(() => parse(text)).toThrow(message)
  })
})
