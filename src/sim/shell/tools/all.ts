import type { Program } from '../../node/os/syscalls'
import { bash, busyboxShell, dash } from '../shell'
import { tar } from './archive'
import { awk } from './awk/awk'
import { expand, fold, rev, tr } from './characters'
import { column, cut, join, paste } from './columns'
import { split, sponge, tee } from './pieces'
import { comm, shuf, sort, uniq } from './sort'
import { cmp, diff } from './compare'
import { base64, cksum, hexdump, md5sum, od, sha1sum, sha256sum, strings, xxd } from './encode'
import { envsubst } from './envsubst'
import { egrep, fgrep, grep } from './grep'
import { gzip } from './gzip'
import { jq } from './jq/jq'
import { bc, expr, factor, perl } from './numbers'
import { openssl } from './openssl'
import { editorPanel } from './editor-panel'
import { editor } from './editor'
import { man } from './manual'
import { less } from './pager'
import { apk, apt, yum } from './package-managers'
import { echo, falseTool, printf, pwd, test, trueTool } from './plain'
import { cat, head, nl, tac, tail, wc } from './read'
import { find, xargs } from './run'
import { sed } from './sed/sed'
import { date, sleep } from './clock'
import { ifconfig, ip, nc, ping } from './connections'
import { curl } from './curl'
import { df, du } from './disk-usage'
import { dd, fallocate, truncate } from './fill'
import { sysctl } from './sysctl'
import { getent, groups, hostname, id, nproc, uname, uptime, which, whoami } from './identity'
import { ls, tree } from './listing'
import { dig, host, nslookup } from './lookup'
import { busybox } from './busybox'
import { busyboxNslookup, nslookupOfLibc } from './busybox-nslookup'
import { basename, dirname, mktemp, realpath } from './paths'
import { chmod, chown, statTool } from './permissions'
import { cp, ln, mkdir, mv, rm, rmdir, touch } from './placing'
import { free, kill, killall, pgrep, pidof, pkill, ps, top } from './processes'
import { seq, yes } from './sequences'
import { arch, netstat, route, ss, telnet } from './sockets'
import { chroot, env, nice, nohup, printenv, stdbuf, sudo, time, timeout, watch } from './starting'
import { clear, mount, stty, sync, tput, tty } from './terminal'
import { wget } from './wget'
import type { Make, Tool } from './tool'

/** Tools that both makes have. */
const common: Readonly<Record<string, Tool>> = {
  '[': test,
  arch,
  awk,
  base64,
  basename,
  bc,
  cat,
  chgrp: chown,
  chmod,
  chown,
  chroot,
  cksum,
  clear,
  cmp,
  comm,
  cp,
  cut,
  date,
  df,
  diff,
  dirname,
  du,
  echo,
  egrep,
  dd,
  env,
  expand,
  expr,
  factor,
  fallocate,
  false: falseTool,
  fgrep,
  find,
  fold,
  free,
  grep,
  groups,
  gunzip: gzip,
  gzip,
  hd: hexdump,
  head,
  hexdump,
  hostname,
  id,
  ifconfig,
  ip,
  kill,
  killall,
  less,
  ln,
  ls,
  md5sum,
  mkdir,
  mktemp,
  more: less,
  mount,
  mv,
  nc,
  netstat,
  nice,
  nl,
  nohup,
  nproc,
  nslookup,
  od,
  paste,
  pgrep,
  pidof,
  ping,
  pkill,
  printenv,
  printf,
  ps,
  pwd,
  readlink: realpath,
  realpath,
  rev,
  rm,
  rmdir,
  route,
  sed,
  seq,
  sha1sum,
  sha256sum,
  shuf,
  sleep,
  sort,
  split,
  stat: statTool,
  strings,
  stty,
  sync,
  sysctl,
  tac,
  tail,
  tar,
  tee,
  telnet,
  test,
  time,
  timeout,
  top,
  touch,
  tr,
  tree,
  true: trueTool,
  truncate,
  tty,
  uname,
  uniq,
  uptime,
  vi: editor,
  watch,
  wc,
  wget,
  which,
  whoami,
  xargs,
  xxd,
  yes,
  zcat: gzip,
}

/** Tools that a busybox image lacks. */
const gnuOnly: Readonly<Record<string, Tool>> = {
  apk,
  apt,
  'apt-get': apt,
  dnf: yum,
  microdnf: yum,
  yum,
  column,
  curl,
  dig,
  envsubst,
  gawk: awk,
  getent,
  host,
  join,
  jq,
  man,
  mawk: awk,
  nano: editor,
  netcat: nc,
  openssl,
  perl,
  sponge,
  ss,
  stdbuf,
  sudo,
  tput,
  vim: editor,
}

const programsOf = (tools: Readonly<Record<string, Tool>>, make: Make): Record<string, Program> =>
  Object.fromEntries(Object.entries(tools).map(([name, one]) => [name, one(make)]))

/** Programs of a host or of a Debian-like image, by name. Which of them an image really has is the image's own affair. */
export const tools: Readonly<Record<string, Program>> = {
  ...programsOf(common, 'gnu'),
  ...programsOf(gnuOnly, 'gnu'),
  bash,
  editor: editorPanel('gnu'),
  sh: dash,
  dash,
}

/** Programs of busybox and alpine images: same names, other words. */
export const busyboxTools: Readonly<Record<string, Program>> = {
  ...programsOf(common, 'busybox'),
  busybox: busybox('busybox'),
  nslookup: busyboxNslookup('busybox'),
  sh: busyboxShell,
  ash: busyboxShell,
}

/** What older releases of busybox had under the same name, by the name that the files of their images carry. */
export const olderBusyboxTools: Readonly<Record<string, Program>> = { 'nslookup/1.28': nslookupOfLibc('busybox') }
