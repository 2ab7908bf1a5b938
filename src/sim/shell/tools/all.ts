import type { Program } from '../../node/os/syscalls'
import { bash, busyboxShell, dash } from '../shell'
import { awk } from './awk/awk'
import * as columns from './columns'
import * as files from './files'
import { egrep, fgrep, grep } from './grep'
import { jq } from './jq/jq'
import { cat, head, nl, tac, tail, wc } from './read'
import { find, xargs } from './run'
import { sed } from './sed'
import * as system from './system'
import type { Make, Tool } from './tool'

const { column, comm, cut, expand, fold, join, paste, rev, shuf, sort, split, sponge, tee, tr, uniq } = columns
const { basename, chmod, chown, cp, df, dirname, du, ln, ls, mkdir, mktemp, mv, realpath, rm, rmdir, statTool, touch, tree } = files
const {
  clear,
  date,
  env,
  free,
  getent,
  hostname,
  id,
  kill,
  mount,
  nice,
  nohup,
  nproc,
  pgrep,
  pkill,
  printenv,
  ps,
  seq,
  sleep,
  stdbuf,
  stty,
  sudo,
  sync,
  time,
  timeout,
  top,
  tput,
  tty,
  uname,
  uptime,
  watch,
  which,
  whoami,
  yes,
} = system

/** Tools that both makes have. */
const common: Readonly<Record<string, Tool>> = {
  awk,
  basename,
  cat,
  chgrp: chown,
  chmod,
  chown,
  clear,
  comm,
  cp,
  cut,
  date,
  df,
  dirname,
  du,
  egrep,
  env,
  expand,
  fgrep,
  find,
  fold,
  free,
  grep,
  head,
  hostname,
  id,
  kill,
  ln,
  ls,
  mkdir,
  mktemp,
  mount,
  mv,
  nice,
  nl,
  nohup,
  nproc,
  paste,
  pgrep,
  pkill,
  printenv,
  ps,
  readlink: realpath,
  realpath,
  rev,
  rm,
  rmdir,
  sed,
  seq,
  shuf,
  sleep,
  sort,
  split,
  stat: statTool,
  stty,
  sync,
  tac,
  tail,
  tee,
  time,
  timeout,
  top,
  touch,
  tr,
  tree,
  tty,
  uname,
  uniq,
  uptime,
  watch,
  wc,
  which,
  whoami,
  xargs,
  yes,
}

/** Tools that a busybox image lacks. */
const gnuOnly: Readonly<Record<string, Tool>> = { column, gawk: awk, getent, join, jq, mawk: awk, sponge, stdbuf, sudo, tput }

const programsOf = (tools: Readonly<Record<string, Tool>>, make: Make): Record<string, Program> =>
  Object.fromEntries(Object.entries(tools).map(([name, one]) => [name, one(make)]))

/** Programs of a host or of a Debian-like image, by name. */
export const tools: Readonly<Record<string, Program>> = {
  ...programsOf(common, 'gnu'),
  ...programsOf(gnuOnly, 'gnu'),
  bash,
  sh: dash,
  dash,
}

/** Programs of busybox and alpine images: same names, other words. */
export const busyboxTools: Readonly<Record<string, Program>> = { ...programsOf(common, 'busybox'), sh: busyboxShell, ash: busyboxShell }
