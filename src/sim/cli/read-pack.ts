import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { PackFiles } from '../../lessons/pack'

/** The text files of a lesson pack's folder, by path relative to it with forward slashes. */
export function readPackFolder(folder: string): PackFiles {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path).replaceAll('\\', '/'), readFileSync(path, 'utf8')]
    }),
  )
}
