import { create } from 'zustand'

/** The workstation's home folder: what the editor's file tree shows. */
export const HOME = '/root'

/** Which file is open in the editor. */
export const useEditor = create<{ readonly path: string | undefined }>()(() => ({ path: undefined }))

/** A path as the shell in the home folder would name it. */
export const shortPath = (path: string) => (path.startsWith(`${HOME}/`) ? path.slice(HOME.length + 1) : path)
