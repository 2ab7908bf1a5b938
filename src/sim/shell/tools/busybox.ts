import { exec, stat, write } from '../../node/os/calls'
import { busyboxToolNames } from './names'
import { tool } from './tool'

const BANNER = 'BusyBox v1.36.1 (2023-05-18 22:34:17 UTC) multi-call binary.'

/** busybox under its own name: the first word names the applet, `--list` all of them. */
export const busybox = tool(function* (context, args) {
  const [applet, ...rest] = args
  if (applet === undefined || applet === '--help') {
    yield* write(1, `${BANNER}\n\nUsage: busybox [function [arguments]...]\n   or: busybox --list\n`)
    return 0
  }
  if (applet === '--list') {
    yield* write(1, busyboxToolNames.map((name) => `${name}\n`).join(''))
    return 0
  }
  if (yield* stat(`/bin/${applet}`)) {
    const { env, cwd } = context.self
    return yield* exec({ argv: [applet, ...rest], env, cwd, fds: { 0: 0, 1: 1, 2: 2 } }) // the applet is this very process
  }
  yield* write(2, `${applet}: applet not found\n`)
  return 127
})
