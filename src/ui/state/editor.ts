import { create } from 'zustand'
import { showView } from './settings'
import { focusTerminal, typeInto } from './terminals'

/** The workstation's home folder: what the editor's file tree shows. */
export const HOME = '/root'

/** A program in a terminal that waits until its file has been edited: `kubectl edit`, or `editor FILE`. */
export interface Waiting {
  readonly terminal: string
  readonly path: string
}

interface Editor {
  /** Which file is open in the editor. */
  readonly path: string | undefined
  readonly waiting: Waiting | undefined
  /** The file that was open before a program asked for its own. */
  readonly before: string | undefined
}

export const useEditor = create<Editor>()(() => ({ path: undefined, waiting: undefined, before: undefined }))

/** A path as the shell in the home folder would name it. */
export const shortPath = (path: string) => (path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : path)

/** The escape sequence in which programs and page speak about files to edit; sim/shell/tools/editor-panel.ts describes it. */
export const EDITOR_CODE = 5379

/** A program in a terminal said that it wants a file edited, or that it is content. */
export function programAsks(terminal: string, said: string) {
  const { path: open, waiting, before } = useEditor.getState()
  const path = /^edit;(.+)$/s.exec(said)?.[1]
  if (path !== undefined) {
    useEditor.setState({ path, waiting: { terminal, path }, before: waiting ? before : open })
    showView('editor')
  } else if (said === 'edited' && waiting?.terminal === terminal) {
    useEditor.setState({ path: before, waiting: undefined, before: undefined })
    showView('terminal')
    focusTerminal()
  }
}

/** Tells the program that its file is saved, or that nothing is to change. */
export function answerProgram(answer: 'saved' | 'cancelled') {
  const { waiting } = useEditor.getState()
  if (waiting) typeInto(waiting.terminal, `\x1b]${EDITOR_CODE};${answer}\x07`)
}
