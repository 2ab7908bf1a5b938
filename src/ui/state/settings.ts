import { create } from 'zustand'
import { persist } from 'zustand/middleware'

export type Language = 'en' | 'ja'
export type Theme = 'light' | 'dark' | 'system'
export type View = 'lesson' | 'terminal' | 'editor' | 'map'

/** What the reader likes; kept in this browser. */
export interface Settings {
  readonly language: Language
  readonly theme: Theme
  /** Size of all text, 1 being normal; for projectors and tired eyes. */
  readonly zoom: number
  readonly screenReader: boolean
  readonly copyOnSelect: boolean
  readonly showLesson: boolean
  readonly showSystemPods: boolean
  /** The panel on top: in a narrow window the only one, in a wide one it decides between map and editor. */
  readonly view: View
  /** The upper middle panel of a wide window. */
  readonly stage: 'map' | 'editor'
  /** Sizes of the panels: pixels, except the terminal's share of the height. */
  readonly lessonWidth: number
  readonly inspectorWidth: number
  readonly terminalShare: number
  readonly set: (change: Partial<Omit<Settings, 'set'>>) => void
}

/** `?lang=ja&theme=dark&view=editor&zoom=1.3`: whatever can be seen can also be asked for in a link, and then wins over what is kept. */
const flags = new URLSearchParams(typeof location === 'undefined' ? '' : location.search)

export const useSettings = create<Settings>()(
  persist(
    (set) => ({
      language: typeof navigator !== 'undefined' && navigator.language?.startsWith('ja') ? 'ja' : 'en',
      theme: 'system',
      zoom: 1,
      screenReader: false,
      copyOnSelect: false,
      showLesson: true,
      showSystemPods: true,
      view: 'lesson',
      stage: 'map',
      lessonWidth: 400,
      inspectorWidth: 380,
      terminalShare: 0.4,
      set,
    }),
    {
      name: 'tabernetes-settings',
      merge: (kept, fresh) => ({ ...fresh, ...(kept as Partial<Settings>), ...settingsFromFlags(flags) }),
    },
  ),
)

/** The settings that a link asks for; unknown values are ignored. */
export function settingsFromFlags(flags: URLSearchParams): Partial<Settings> {
  const oneOf = <T extends string>(name: string, values: readonly T[]) => values.find((value) => value === flags.get(name))
  const zoom = Number(flags.get('zoom'))
  const view = oneOf('view', ['lesson', 'terminal', 'editor', 'map'] as const)
  const asked: Partial<Settings> = {
    language: oneOf('lang', ['en', 'ja'] as const),
    theme: oneOf('theme', ['light', 'dark', 'system'] as const),
    zoom: zoom >= 0.5 && zoom <= 3 ? zoom : undefined,
    view,
    stage: view === 'map' || view === 'editor' ? view : undefined,
  }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined))
}

/** Brings a panel to the front, in a wide window and in a narrow one. */
export function showView(view: View) {
  useSettings.getState().set({
    view,
    ...(view === 'map' || view === 'editor' ? { stage: view } : {}),
    ...(view === 'lesson' ? { showLesson: true } : {}),
  })
}
