import type { FileNode } from '../os/file-nodes'
import type { Signal } from '../os/syscalls'

/** Which command-line tools a file system carries: what its distribution's base image has (`host`: everything, as on a machine people work on); `none` for images made from scratch or distroless ones. */
export type ToolSet = 'busybox' | 'alpine' | 'debian' | 'redhat' | 'host' | 'none'

/** An image as a row of data: what its registry knows and what runs when a container is made from it. */
export interface ImageFacts {
  /** Compressed bytes, as `Image size: …` tells and pulling time follows from. */
  readonly sizeBytes: number
  readonly tools: ToolSet
  /** Tools the image has beside its base's, by name. */
  readonly adds?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** `uid`, `uid:gid` or a name of the image's /etc/passwd; root unless told. */
  readonly user?: string
  readonly workingDir?: string
  readonly stopSignal?: Signal
  /** Who may pull it, when not everybody may. */
  readonly login?: { readonly username: string; readonly password: string }
  /** Files besides the tools: absolute path → node. Called once an image. */
  readonly files?: (version: string) => Readonly<Record<string, FileNode>>
}

/** One tag of a repository, ready to run. */
export interface Image extends ImageFacts {
  readonly repository: string
  readonly tag: string
  /** What the tag stands for: `1.29.4` for `latest`. */
  readonly version: string
  /** `sha256:…` of the manifest. */
  readonly digest: string
}

/** A repository of the catalogue. */
export interface Repository extends ImageFacts {
  /** Full names; the first is the home, the others are mirrors of the same images. */
  readonly names: readonly string[]
  /** Tag → version; tags that share a version share their digest. */
  readonly tags: Readonly<Record<string, string>>
  /** What differs between versions (and variants such as `-alpine`). */
  readonly variant?: (version: string) => Partial<ImageFacts>
}

/** Tags of a repository in Docker Hub's habit: `1.29.4` also answers to `1.29`, `1` and (newest of all) `latest`; each variant (`-alpine`) does the same with its suffix. Versions are given newest first. */
export function tagsOf(versions: readonly string[], variants: readonly string[] = []): Record<string, string> {
  const tags: Record<string, string> = {}
  const add = (tag: string, version: string) => (tags[tag] ??= version)
  for (const suffix of ['', ...variants.map((variant) => `-${variant}`)]) {
    for (const version of versions) {
      const parts = version.split('.')
      for (let length = parts.length; length > 0; length--) add(parts.slice(0, length).join('.') + suffix, version + suffix)
      add(suffix === '' ? 'latest' : suffix.slice(1), version + suffix)
    }
  }
  return tags
}

/** `patches('1.25', 5)` is 1.25.5, 1.25.4, … 1.25.0. */
export const patches = (minor: string, last: number, first = 0): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => `${minor}.${last - i}`)
