import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'

const sources = readdirSync('src', { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name).replaceAll('\\', '/'))
  .map((path) => ({ path, text: readFileSync(path, 'utf8') }))

/** Import specifiers of a file; relative ones as paths from the project's root. */
const importsOf = ({ path, text }: { path: string; text: string }) =>
  [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:from\s*)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)]
    .map((match) => (match[1] ?? match[2])!)
    .map((name) => (name.startsWith('.') ? posix.join(posix.dirname(path), name) : name))

const SHARED = ['src/sim/engine', 'src/sim/formats']
const API = [...SHARED, 'src/sim/api']
const PROGRAM = [...SHARED, 'src/sim/node/os', 'src/sim/api/types', 'src/sim/api/schema', 'src/sim/api/object', 'src/sim/api/status']

/** What each part may import, the most particular folder first. DESIGN §1: imports point one way. */
const allowed: readonly (readonly [part: string, mayImport: readonly string[]])[] = [
  ['src/sim/engine', []],
  ['src/sim/formats', [...SHARED, 'src/sim/api/schema', 'src/sim/api/types']],
  ['src/sim/api', [...API, 'src/sim/node/os/text']],
  ['src/sim/kinds', [...API, 'src/sim/kinds']],
  ['src/sim/controllers', [...API, 'src/sim/kinds', 'src/sim/controllers']],
  ['src/sim/scheduler', [...API, 'src/sim/kinds', 'src/sim/scheduler', 'src/sim/controllers/latency', 'src/sim/controllers/pod-state']],
  ['src/sim/node/os', [...API, 'src/sim/node/os']],
  ['src/sim/shell', [...PROGRAM, 'src/sim/shell']],
  ['src/sim/kubectl', [...PROGRAM, 'src/sim/kubectl']],
  ['src/sim/network', [...API, 'src/sim/kinds', 'src/sim/node/os', 'src/sim/network']],
  ['src/sim/storage', [...API, 'src/sim/kinds', 'src/sim/controllers', 'src/sim/node/os', 'src/sim/storage']],
  ['src/sim/node', [...API, 'src/sim/kinds', 'src/sim/network', 'src/sim/storage', 'src/sim/shell', 'src/sim/kubectl', 'src/sim/node']],
  ['src/sim/cli', ['src/sim', 'src/lessons']],
  ['src/sim', ['src/sim']],
  ['src/lessons', ['src/lessons', 'src/sim']],
  ['src/ui', ['src']],
]

describe('imports point one way', () => {
  for (const [part, mayImport] of allowed) {
    test(part, () => {
      const mine = sources.filter(({ path }) => allowed.find(([folder]) => path.startsWith(`${folder}/`))?.[0] === part)
      const wrong = mine.flatMap((source) =>
        importsOf(source)
          .filter(
            (name) => name.startsWith('src/') && ![part, ...mayImport].some((folder) => name === folder || name.startsWith(`${folder}/`)),
          )
          .map((name) => `${source.path} imports ${name}`),
      )
      expect(wrong).toEqual([])
    })
  }
})

describe('the simulation stands alone', () => {
  const simulation = sources.filter(({ path }) => path.startsWith('src/sim/') && !path.startsWith('src/sim/cli/'))
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/.*$/gm, '$1')

  test.each([
    ['React', /from ['"](react|zustand|@xterm|monaco-editor)/],
    ['Node', /from ['"]node:/],
    ['the wall clock', /\bnew Date\b|\bDate\.(now|parse|UTC)\b|\bDate\(\)|\bperformance\.now\b/],
    ['chance of its own', /\bMath\.random\b|\bcrypto\.(randomUUID|getRandomValues)\b/],
    ['timers', /\b(setTimeout|setInterval|setImmediate|queueMicrotask|requestAnimationFrame)\(/],
    [
      'part of the page',
      /\b(window|localStorage|navigator)\.|\bdocument\.(body|head|createElement|querySelector|getElementById|addEventListener)\b/,
    ],
  ])('it uses no %s', (_what, pattern) => {
    expect(simulation.filter(({ text }) => pattern.test(code(text))).map(({ path }) => path)).toEqual([])
  })
})
