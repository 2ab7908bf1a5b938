import { FitAddon } from '@xterm/addon-fit'
import type { SearchAddon } from '@xterm/addon-search'
import { Terminal } from '@xterm/xterm'
import '@xterm/xterm/css/xterm.css'
import { useEffect, useRef, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { input } from '../state/cluster-link'
import { EDITOR_CODE, programAsks } from '../state/editor'
import { useSettings } from '../state/settings'
import { activateTerminal, attachScreen, typeInto } from '../state/terminals'
import { themeOf } from '../theme/follow-settings'
import { createEchoAhead } from './echo-ahead'
import { terminalThemes } from './terminal-theme'

interface Props {
  readonly id: string
  /** Which of the places side by side it has; -1: not seen. */
  readonly place: number
  readonly active: boolean
  readonly name: string
  readonly searching: boolean
  readonly onSearching: (searching: boolean) => void
}

const FONT_SIZE = 14

/** One xterm, alive as long as its tab; hidden, it goes on listening. */
export default function TerminalScreen({ id, place: at, active, name, searching, onSearching }: Props) {
  const place = useRef<HTMLDivElement>(null)
  const [search, setSearch] = useState<SearchAddon>()

  useEffect(() => {
    const { zoom, screenReader, ...settings } = useSettings.getState()
    const terminal = new Terminal({
      allowProposedApi: true, // the Unicode 11 widths are "proposed" for as long as the add-on exists
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
      fontSize: FONT_SIZE * zoom,
      lineHeight: 1.2,
      scrollback: 10_000,
      screenReaderMode: screenReader,
      theme: terminalThemes[themeOf(settings)],
    })
    const fit = new FitAddon()
    terminal.loadAddon(fit)
    terminal.open(place.current!)
    // Widths of emoji, links and searching: wanted soon, not before the prompt.
    void import('@xterm/addon-web-links').then(({ WebLinksAddon }) => terminal.loadAddon(new WebLinksAddon()))
    void import('@xterm/addon-unicode11').then(({ Unicode11Addon }) => {
      terminal.loadAddon(new Unicode11Addon())
      terminal.unicode.activeVersion = '11'
    })
    void import('@xterm/addon-search').then(({ SearchAddon }) => {
      const finder = new SearchAddon()
      terminal.loadAddon(finder)
      setSearch(finder)
    })

    terminal.parser.registerOscHandler(EDITOR_CODE, (said) => {
      programAsks(id, said)
      return true
    })
    const echo = createEchoAhead()
    /** What has been handed to the terminal and is not in its rows yet. */
    let unread = 0
    const room = () => {
      const { active } = terminal.buffer
      const isAtEnd = active.getLine(active.baseY + active.cursorY)?.translateToString(true, active.cursorX) === ''
      return unread === 0 && active.type === 'normal' && isAtEnd ? terminal.cols - 1 - active.cursorX : 0
    }
    const write = (text: string, drawn?: () => void) => {
      unread++
      terminal.write(text, () => {
        unread--
        drawn?.()
      })
    }
    terminal.onData((text) => {
      const ahead = echo.typed(text, room())
      if (ahead) write(ahead)
      typeInto(id, text)
    })
    terminal.onResize(({ cols, rows }) => input({ do: 'resize', terminal: id, columns: cols, rows }))
    terminal.onSelectionChange(() => {
      if (useSettings.getState().copyOnSelect && terminal.hasSelection()) void navigator.clipboard?.writeText(terminal.getSelection())
    })
    terminal.attachCustomKeyEventHandler((event) => {
      if (event.type !== 'keydown') return true
      const chord = event.ctrlKey && event.shiftKey
      if (chord && event.code === 'KeyF') {
        onSearching(true)
        event.preventDefault()
        return false
      }
      if (chord && event.code === 'KeyC' && terminal.hasSelection()) {
        void navigator.clipboard?.writeText(terminal.getSelection())
        event.preventDefault()
        return false
      }
      return !(chord && event.code === 'KeyV') // the browser pastes
    })

    const refit = () => place.current && place.current.clientWidth > 40 && place.current.clientHeight > 20 && fit.fit()
    const watcher = new ResizeObserver(refit)
    watcher.observe(place.current!)
    void document.fonts.ready.then(() => {
      // Measured again once the typeface is here; the fallback's cells are wider.
      terminal.options.fontFamily = `${terminal.options.fontFamily} `
      refit()
    })
    const unfollow = useSettings.subscribe((settings) => {
      terminal.options.theme = terminalThemes[themeOf(settings)]
      terminal.options.fontSize = FONT_SIZE * settings.zoom
      terminal.options.screenReaderMode = settings.screenReader
      refit()
    })
    const detach = attachScreen(id, { write: (text, drawn) => write(echo.said(text), drawn), focus: () => terminal.focus() })
    // The first terminal takes the keyboard, unless the reader is already somewhere.
    if (document.activeElement === document.body && matchMedia('(min-width: 821px)').matches) terminal.focus()
    return () => {
      detach()
      unfollow()
      watcher.disconnect()
      terminal.dispose()
    }
  }, [id, onSearching])

  useEffect(() => {
    place.current?.querySelector('textarea')?.setAttribute('aria-label', name)
  }, [name])

  return (
    <div
      className="screen"
      data-terminal={id}
      data-active={active}
      hidden={at < 0}
      style={{ order: at }}
      onFocus={() => activateTerminal(id)}
    >
      {searching && search && <Search search={search} onClose={() => onSearching(false)} />}
      <div className="xterm-place" ref={place} />
    </div>
  )
}

function Search({ search, onClose }: { search: SearchAddon; onClose: () => void }) {
  const t = useTranslate()
  const [text, setText] = useState('')
  const find = (backwards: boolean, incremental = false, what = text) =>
    backwards ? search.findPrevious(what) : search.findNext(what, { incremental })
  return (
    <div
      className="terminal-search"
      role="search"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
        if (event.key === 'Enter') find(event.shiftKey)
      }}
    >
      <input
        className="field"
        autoFocus
        aria-label={t('terminal.search')}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          find(false, true, event.target.value)
        }}
      />
      <button className="button icon bare" aria-label={t('terminal.search.previous')} onClick={() => find(true)}>
        <Icon name="up" />
      </button>
      <button className="button icon bare" aria-label={t('terminal.search.next')} onClick={() => find(false)}>
        <Icon name="down" />
      </button>
      <button className="button icon bare" aria-label={t('terminal.search.close')} onClick={onClose}>
        <Icon name="close" />
      </button>
    </div>
  )
}
