import { load } from 'js-yaml'
import type { LessonEntry, Localised, Pack, PackCluster } from './format'
import { LessonError, parseLesson } from './parse'

/** The text files of a pack by path relative to its folder: `pack.yaml`, `meetings/03/deployments.en.md`, `fixtures/…`. */
export type PackFiles = Readonly<Record<string, string>>

interface PackYaml {
  readonly id: string
  readonly title: Localised
  readonly description?: Localised
  readonly languages: readonly string[]
  readonly cluster?: PackCluster
  readonly meetings: readonly { readonly id: string; readonly title: Localised; readonly lessons: readonly string[] }[]
}

/** Reads a pack. Throws LessonError at the first thing an author got wrong. */
export function loadPack(files: PackFiles): Pack {
  const text = files['pack.yaml']
  if (text === undefined) throw new LessonError('pack.yaml', 1, 'a pack needs this file')
  const yaml = load(text) as PackYaml // checked field by field below, as far as anything is read
  for (const field of ['id', 'title', 'languages', 'meetings'] as const) {
    if (yaml?.[field] === undefined) throw new LessonError('pack.yaml', 1, `${field} is missing`)
  }
  return {
    id: yaml.id,
    title: yaml.title,
    description: yaml.description ?? {},
    languages: yaml.languages,
    cluster: yaml.cluster ?? {},
    meetings: yaml.meetings.map(({ id, title, lessons }) => ({
      id,
      title,
      lessons: lessons.map((path) => lessonEntry(files, path, yaml.languages)),
    })),
  }
}

/** `path` is the lesson's file without language and ending: `meetings/03/deployments`. */
function lessonEntry(files: PackFiles, path: string, languages: readonly string[]): LessonEntry {
  const folder = path.slice(0, path.lastIndexOf('/') + 1)
  const lessons = languages.map((language) => {
    const file = `${path}.${language}.md`
    const text = files[file]
    if (text === undefined) throw new LessonError(file, 1, 'the lesson is missing in this language')
    return [language, parseLesson({ file, text, id: path, language, read: (name) => files[`${folder}${name}`] ?? files[name] })] as const
  })
  return { id: path, languages: Object.fromEntries(lessons) }
}
