import { useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { boot } from '../state/cluster-link'
import { inspect } from '../state/selection'
import { useSettings, type Theme } from '../state/settings'
import { Clock } from './clock'
import { HelpButton } from './help'
import { Icon } from './icons'
import './header.css'

export function Header() {
  const t = useTranslate()
  const [open, setOpen] = useState(false)
  return (
    <header className="header">
      <h1 className="wordmark">
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <path d="M3 27V10a4 4 0 0 1 4-4h6l3 4h9a4 4 0 0 1 4 4v13z" className="tab" />
          <path d="M10 19h12" className="rope" />
          <circle cx="10" cy="19" r="3" className="bollard" />
          <circle cx="22" cy="19" r="3" className="buoy" />
        </svg>
        <span>{t('app.name')}</span>
      </h1>
      <Clock />
      <button
        className="button icon bare menu-button"
        aria-expanded={open}
        aria-controls="settings"
        aria-label={t('settings.menu')}
        title={t('settings.menu')}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" />
      </button>
      <div className="settings" id="settings" data-open={open}>
        <Preferences />
      </div>
    </header>
  )
}

const nextTheme: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' }
const themeIcon = { system: 'system', light: 'sun', dark: 'moon' } as const

function Preferences() {
  const t = useTranslate()
  const { language, theme, zoom, showLesson, screenReader, copyOnSelect, set } = useSettings()
  const themeLabel = t('settings.theme', { theme: t(`settings.theme.${theme}`) })
  const zoomTo = (to: number) => set({ zoom: Math.min(2, Math.max(0.75, Math.round(to * 100) / 100)) })
  return (
    <>
      <button
        className="button bare"
        lang={language === 'en' ? 'ja' : 'en'}
        aria-label={t('settings.language.label')}
        onClick={() => set({ language: language === 'en' ? 'ja' : 'en' })}
      >
        {t('settings.language')}
      </button>
      <button className="button icon bare" aria-label={themeLabel} title={themeLabel} onClick={() => set({ theme: nextTheme[theme] })}>
        <Icon name={themeIcon[theme]} />
      </button>
      <span className="pair">
        <button
          className="button icon bare"
          aria-label={t('settings.smaller')}
          title={t('settings.smaller')}
          onClick={() => zoomTo(zoom - 0.125)}
        >
          <span className="small-a">A</span>
        </button>
        <button
          className="button icon bare"
          aria-label={t('settings.larger')}
          title={t('settings.larger')}
          onClick={() => zoomTo(zoom + 0.125)}
        >
          <span className="large-a">A</span>
        </button>
      </span>
      <details className="more">
        <summary className="button icon bare" aria-label={t('settings.menu')} title={t('settings.menu')}>
          <Icon name="more" />
        </summary>
        <div className="sheet">
          <Choice label={t('settings.lesson')} checked={showLesson} onChange={(showLesson) => set({ showLesson })} />
          <Choice label={t('settings.copyOnSelect')} checked={copyOnSelect} onChange={(copyOnSelect) => set({ copyOnSelect })} />
          <Choice label={t('settings.screenReader')} checked={screenReader} onChange={(screenReader) => set({ screenReader })} />
        </div>
      </details>
      <HelpButton />
      <Reset />
    </>
  )
}

function Choice({ label, checked, onChange }: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  return (
    <label className="choice">
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  )
}

/** Asks where it stands, not in a box that stops everything else. */
function Reset() {
  const t = useTranslate()
  const [asking, setAsking] = useState(false)
  if (!asking)
    return (
      <button className="button bare" onClick={() => setAsking(true)}>
        <Icon name="reset" />
        {t('reset.button')}
      </button>
    )
  return (
    <span className="asking" role="group" aria-label={t('reset.ask')} onKeyDown={(event) => event.key === 'Escape' && setAsking(false)}>
      <span>{t('reset.ask')}</span>
      <button
        className="button act"
        onClick={() => {
          setAsking(false)
          inspect(undefined)
          boot({ fresh: true })
        }}
      >
        {t('reset.yes')}
      </button>
      <button className="button" autoFocus onClick={() => setAsking(false)}>
        {t('reset.no')}
      </button>
    </span>
  )
}
