import { readAll, write } from '../../node/os/calls'
import { tool } from './tool'

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

/** `envsubst [FORMAT]`: puts the environment's values in the place of `$NAME` and `${NAME}`, of those alone that FORMAT names where it is given. */
export const envsubst = tool(function* ({ env }, args) {
  const listed = args.find((word) => !word.startsWith('-'))
  const named = (text: string) => [...text.matchAll(VARIABLE)].map(([, braced, bare]) => braced ?? bare ?? '')
  if (args.includes('-v') || args.includes('--variables')) {
    yield* write(1, named(listed ?? '').map((name) => `${name}\n`).join('')) // prettier-ignore
    return 0
  }
  const wanted = listed === undefined ? undefined : new Set(named(listed))
  const text = yield* readAll(0)
  yield* write(
    1,
    text.replace(VARIABLE, (whole, braced?: string, bare?: string) => {
      const name = braced ?? bare ?? ''
      return wanted && !wanted.has(name) ? whole : (env[name] ?? '')
    }),
  )
  return 0
})
