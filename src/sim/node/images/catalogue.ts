import { lateCode } from '../../engine/late-code'
import { createRandom } from '../../engine/random'
import { programFile, treeOf, type DirectoryEntry, type FileNode } from '../os/file-nodes'
import type { Image, Repository, ToolSet } from './image'
import { parseImage, type ImageReference } from './reference'
import { systemImages } from './system'
import { systemFiles } from './system-files'

/** All images that can be pulled. */
export interface Catalogue {
  /** The image a complete reference names, or undefined when its registry has no such tag or digest. */
  find(reference: ImageReference): Image | undefined
  /** Whether the registry knows the repository at all: decides between two refusals. */
  hasRepository(repository: string): boolean
  /** The files of an image, shared by all its containers. */
  tree(image: Image): DirectoryEntry
}

/** Images of people's own Pods: nobody runs one before the first prompt. */
export const lateImages = lateCode<readonly Repository[]>('the catalogue of images')

/** The built-in catalogue plus `more` (a lesson's own images, which may replace built-in ones). `toolFiles` gives the command-line tools of a tool set as path → program. */
export function createCatalogue(
  toolFiles: (set: ToolSet) => Readonly<Record<string, FileNode>>,
  more: readonly Repository[] = [],
): Catalogue {
  const early = byName([...systemImages, ...more])
  let late: ReadonlyMap<string, Repository> | undefined
  const repositoryNamed = (name: string) => early.get(name) ?? (late ??= byName(lateImages.code)).get(name)
  const images = new Map<string, Image>()
  const trees = new Map<string, DirectoryEntry>()

  function build(repository: Repository, tag: string, version: string): Image {
    const key = `${repository.names[0]}:${version}`
    const known = images.get(key)
    if (known) return known.tag === tag ? known : { ...known, tag }
    const { names, tags: _, variant, ...facts } = repository
    const digest = `sha256:${createRandom(hash(key)).hex(64)}`
    const image: Image = { ...facts, ...variant?.(version), repository: names[0]!, tag, version, digest }
    images.set(key, image)
    return image
  }

  return {
    find({ repository: name, tag, digest }) {
      const repository = repositoryNamed(name)
      if (!repository) return undefined
      if (digest === undefined) return Object.hasOwn(repository.tags, tag) ? build(repository, tag, repository.tags[tag]!) : undefined
      for (const [tag, version] of Object.entries(repository.tags)) {
        const image = build(repository, tag, version)
        if (image.digest === digest) return image
      }
      return undefined
    },
    hasRepository: (repository) => repositoryNamed(repository) !== undefined,
    tree(image) {
      const known = trees.get(image.digest)
      if (known) return known
      const added = Object.fromEntries((image.adds ?? []).map((name) => [`/usr/bin/${name}`, programFile(name)]))
      const tree = treeOf({ ...systemFiles[image.tools](), ...toolFiles(image.tools), ...added, ...image.files?.(image.version) })
      trees.set(image.digest, tree)
      return tree
    },
  }
}

const byName = (repositories: readonly Repository[]) =>
  new Map(repositories.flatMap((repository) => repository.names.map((name) => [name, repository] as const)))

/** The catalogue's image for a name as a Pod writes it; undefined when it is unknown or no image name. */
export function findImage(catalogue: Catalogue, name: string): Image | undefined {
  const reference = parseImage(name)
  return 'error' in reference ? undefined : catalogue.find(reference)
}

/** FNV-1a: one number for a text, so that an image has the same digest in every cluster. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}
