import { inspect, useSelection } from '../state/selection'
import { showView, useSettings, type View } from '../state/settings'
import { focusTerminal, nextTerminal, openTerminal, splitTerminals } from '../state/terminals'
import { togglePause } from './clock'
import { HELP_ID } from './help'

/** Panels in the order of Alt+1…5 and of F6; the id is that of the element which takes the focus. */
const order: readonly (View | 'inspector')[] = ['lesson', 'terminal', 'editor', 'map', 'inspector']

/** Brings a panel to the front and the focus into it. */
export function goTo(panel: View | 'inspector') {
  if (panel !== 'inspector') showView(panel)
  // The panel may have been hidden until now.
  requestAnimationFrame(() => (panel === 'terminal' ? focusTerminal() : document.getElementById(panel)?.focus()))
}

/** Alt+digits, F6 and Alt with letters anywhere in the page, the terminal included. Returns how to stop listening. */
export function listenForShortcuts(): () => void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (!act(event)) return
    event.preventDefault()
    event.stopPropagation()
  }
  // Before the terminal gets to see the key.
  window.addEventListener('keydown', onKeyDown, { capture: true })
  return () => window.removeEventListener('keydown', onKeyDown, { capture: true })
}

function act(event: KeyboardEvent): boolean {
  if (event.isComposing) return false
  if (event.key === 'F6') {
    goTo(neighbour(event.shiftKey ? -1 : 1))
    return true
  }
  // In the terminal and in the editor Escape has other work to do.
  if (
    event.key === 'Escape' &&
    useSelection.getState().inspected &&
    !document.activeElement?.closest('.terminal, .editor, [popover], details[open]')
  ) {
    closeInspector()
    return true
  }
  if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return false
  const digit = /^Digit(\d)$/.exec(event.code)?.[1]
  if (digit === '0') togglePause()
  else if (digit && order[Number(digit) - 1]) goTo(order[Number(digit) - 1]!)
  else if (event.code === 'KeyN') {
    openTerminal()
    goTo('terminal')
  } else if (event.code === 'KeyH') document.getElementById(HELP_ID)?.togglePopover()
  else if (event.code === 'KeyS') {
    splitTerminals()
    goTo('terminal')
  } else if (event.code === 'KeyT') {
    nextTerminal()
    goTo('terminal')
  } else return false
  return true
}

/** The panel before or after the one that has the focus, among those that are there. */
function neighbour(step: 1 | -1): View | 'inspector' {
  const { showLesson } = useSettings.getState()
  const there = order.filter((panel) =>
    panel === 'inspector' ? useSelection.getState().inspected : panel === 'lesson' ? showLesson : true,
  )
  const focused = document.activeElement?.closest<HTMLElement>('[data-panel]')?.dataset.panel
  const at = there.findIndex((panel) => panel === focused)
  return there[(at + step + there.length) % there.length]!
}

/** Escape inside the inspector closes it. */
export const closeInspector = () => {
  inspect(undefined)
  goTo('map')
}
