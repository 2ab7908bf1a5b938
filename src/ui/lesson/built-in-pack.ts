import { loadPack } from '../../lessons/pack'
import type { Pack } from '../../lessons/format'

/** The reading club's files, bundled as text. Parsing them needs the Markdown parser, so all of this is a chunk of its own. */
const files = import.meta.glob('../../lessons/packs/reading-club/**/*.{md,yaml,sh,txt}', { query: '?raw', import: 'default', eager: true })

const FOLDER = '../../lessons/packs/reading-club/'

/** The built-in pack. */
export function builtInPack(): Pack {
  return loadPack(
    Object.fromEntries(Object.entries(files as Record<string, string>).map(([path, text]) => [path.slice(FOLDER.length), text])),
  )
}
