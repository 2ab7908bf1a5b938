import type { Builtin } from './builtin'
import { control } from './control'
import { variables } from './declare'
import { directories } from './directories'
import { jobControl } from './jobs'
import { lookup } from './lookup'
import { prompt } from './prompt'
import { settings } from './settings'
import { test } from './test'
import { text } from './text'

export type { Builtin } from './builtin'

/** Every command that is part of the shell. */
export const builtins: Readonly<Record<string, Builtin | undefined>> = Object.assign(
  Object.create(null) as object,
  text,
  control,
  variables,
  directories,
  jobControl,
  lookup,
  prompt,
  settings,
  test,
)

/** Builtins whose arguments may be assignments, arrays included. */
export const declarations: ReadonlySet<string> = new Set(['declare', 'typeset', 'local', 'export', 'readonly'])
