import { listDirectory, makeDirectory, readFile, remove, stat, writeFile } from '../../os/calls'
import type { Proc } from '../../os/syscalls'
import type { Databases } from '../sql/evaluate'
import type { Table } from '../sql/values'

/** Databases as files of the data folder, a folder a database and a file a table: what lies on a volume outlives its Pod. */

const SUFFIX = '.ibd'

/** Reads all databases of a data folder. */
export function* loadDatabases(folder: string): Proc<Databases> {
  const databases: Databases = new Map()
  if ((yield* stat(folder))?.type !== 'directory') return databases
  for (const name of yield* listDirectory(folder)) {
    if ((yield* stat(`${folder}/${name}`))?.type !== 'directory' || name === 'lost+found') continue
    const tables = new Map<string, Table>()
    for (const file of yield* listDirectory(`${folder}/${name}`)) {
      if (!file.endsWith(SUFFIX)) continue
      tables.set(file.slice(0, -SUFFIX.length), JSON.parse(yield* readFile(`${folder}/${name}/${file}`)) as Table) // written by saveDatabases
    }
    databases.set(name, tables)
  }
  return databases
}

/** What has been written so far: the text of each file. */
export type Saved = Map<string, string>

/** Writes what differs from what was saved before. */
export function* saveDatabases(folder: string, databases: Databases, saved: Saved): Proc {
  const wanted = new Map<string, string>()
  for (const [name, tables] of databases) {
    wanted.set(`${folder}/${name}`, '')
    for (const [table, content] of tables) wanted.set(`${folder}/${name}/${table}${SUFFIX}`, JSON.stringify(content))
  }
  for (const [path, text] of wanted) {
    if (saved.get(path) === text) continue
    if (text === '') yield* makeDirectory(path, { parents: true })
    else yield* writeFile(path, text)
  }
  for (const path of saved.keys()) if (!wanted.has(path) && (yield* stat(path))) yield* remove(path, { recursive: true })
  saved.clear()
  for (const [path, text] of wanted) saved.set(path, text)
}
