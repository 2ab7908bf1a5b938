import { expect, test } from 'vitest'
import { python } from '../../../../src/sim/node/programs/interpreters'

/** Runs a program with every system call answered by nothing, and gathers what it writes. */
function run(program: string, env: Readonly<Record<string, string>>) {
  const running = python('3.14.0')({ argv: ['python3', '-c', program], env } as unknown as Parameters<ReturnType<typeof python>>[0]) // it reads no more of itself
  let said = ''
  for (;;) {
    const { done, value } = running.next(undefined)
    if (done) return { said, code: value }
    if (value.call === 'write') said += value.data
  }
}

const onlyTwo = `import os, sys
if os.environ.get("JOB_COMPLETION_INDEX") == "2":
  sys.exit(0)
else:
  sys.exit(1)
`
const evenFail = `import os, sys
print("Hello world")
if int(os.environ.get("JOB_COMPLETION_INDEX")) % 2 == 0:
  sys.exit(1)
`

test.each([
  [onlyTwo, '2', { said: '', code: 0 }],
  [onlyTwo, '3', { said: '', code: 1 }],
  [evenFail, '4', { said: 'Hello world\n', code: 1 }],
  [evenFail, '5', { said: 'Hello world\n', code: 0 }],
  ['print(1); print("a b")', '0', { said: '1\na b\n', code: 0 }],
])("Python programs of Jobs' tutorials decide by their index: %j with %s", (program, index, expected) => {
  expect(run(program, { JOB_COMPLETION_INDEX: index })).toEqual(expected)
})
