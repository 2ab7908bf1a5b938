import type { RootContent } from 'mdast'

/** A lesson pack: a folder of text (`pack.yaml` and Markdown files), read by pack.ts. See docs/lessons.md. */
export interface Pack {
  readonly id: string
  readonly title: Localised
  readonly description: Localised
  /** Languages every lesson exists in, the first being the fallback: `['en', 'ja']`. */
  readonly languages: readonly string[]
  readonly cluster: PackCluster
  readonly meetings: readonly Meeting[]
}

/** A text in several languages, by language code. */
export type Localised = Readonly<Record<string, string>>

/** What the pack needs of a cluster: options of createCluster. */
export interface PackCluster {
  readonly version?: string
  readonly workers?: number
  readonly seed?: number
}

/** One week of the reading club. */
export interface Meeting {
  readonly id: string
  readonly title: Localised
  readonly lessons: readonly LessonEntry[]
}

export interface LessonEntry {
  readonly id: string
  /** One lesson a language, all with the same tasks, quizzes and runs in the same order. */
  readonly languages: Readonly<Record<string, Lesson>>
}

export interface Lesson {
  readonly id: string
  readonly title: string
  readonly language: string
  /** Minutes a reader needs, for the agenda. */
  readonly minutes?: number
  /** Manifest applied before the lesson begins (the text of the fixture). */
  readonly setup?: string
  readonly blocks: readonly Block[]
}

export type Block = Prose | Run | FileBlock | Task | Quiz | Discussion | Facilitator

/** Markdown, as a tree without raw HTML: a renderer needs no sanitiser. */
export interface Prose {
  readonly type: 'prose'
  readonly content: readonly RootContent[]
}

/** Commands with a button that types them into the terminal. */
export interface Run {
  readonly type: 'run'
  readonly id: string
  readonly commands: string
  /** Ctrl-C first: the terminal is busy with something that does not end by itself. */
  readonly interrupt: boolean
}

/** A file that a button puts into the workspace and opens in the editor. */
export interface FileBlock {
  readonly type: 'file'
  readonly id: string
  readonly path: string
  readonly language: string
  readonly text: string
}

/** Something to bring about. It is done when its check passes; how is the reader's affair. */
export interface Task {
  readonly type: 'task'
  readonly id: string
  readonly goal: string
  readonly check: Check
  readonly hints: readonly string[]
  /** Shell commands that make the check pass. */
  readonly solution: string
}

export interface Quiz {
  readonly type: 'quiz'
  readonly id: string
  readonly question: string
  readonly options: readonly string[]
  /** Indexes of the right options. */
  readonly answer: readonly number[]
  readonly explanation: string
}

export interface Discussion {
  readonly type: 'discussion'
  readonly prompts: readonly string[]
}

/** For the person who leads the meeting; hidden from readers unless asked for. */
export interface Facilitator {
  readonly type: 'facilitator'
  readonly content: readonly RootContent[]
}

/** A question about the cluster's state, never about keystrokes. Data only; checks.ts answers it. */
export type Check =
  | ObjectCheck
  | ObjectsCheck
  | ShellCheck
  | { readonly all: readonly Check[] }
  | { readonly any: readonly Check[] }
  | { readonly not: Check }

export interface ObjectCheck {
  /** `deployment/web`; kinds as kubectl names them. */
  readonly object: string
  readonly namespace?: string
  /** It must not exist. */
  readonly absent?: boolean
  /** A condition's type that must be True (or `status`). */
  readonly condition?: string
  readonly status?: string
  /** Dotted path into the object: `spec.template.spec.containers[0].image`, `metadata.labels[app]`. */
  readonly path?: string
  readonly is?: Expectation
}

export interface ObjectsCheck {
  /** `pods`, `replicasets`… */
  readonly objects: string
  readonly namespace?: string
  readonly selector?: string
  /** Count only those whose `path` satisfies this. */
  readonly where?: readonly { readonly path: string; readonly is: Expectation }[]
  readonly count: Expectation
}

export interface ShellCheck {
  /** Runs in a shell of its own on the controlplane; must only look. */
  readonly shell: string
  readonly prints?: string
  readonly code?: number
}

/** A value, or a comparison. */
export type Expectation =
  | string
  | number
  | boolean
  | { readonly matches: string }
  | { readonly atLeast: number }
  | { readonly atMost: number }
  | { readonly oneOf: readonly (string | number | boolean)[] }
  | { readonly exists: boolean }
