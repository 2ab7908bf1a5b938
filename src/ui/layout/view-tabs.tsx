import { useTranslate } from '../i18n/i18n'
import { inspect } from '../state/selection'
import { showView, useSettings, type View } from '../state/settings'
import { Icon, type IconName } from './icons'
import './view-tabs.css'

const tabs: readonly (readonly [View, IconName])[] = [
  ['lesson', 'book'],
  ['terminal', 'terminal'],
  ['editor', 'editor'],
  ['map', 'map'],
]

/** In a narrow window: one panel at a time, chosen at the bottom. */
export function ViewTabs() {
  const t = useTranslate()
  const view = useSettings((settings) => settings.view)
  return (
    <nav className="view-tabs" aria-label={t('view.panels')}>
      {tabs.map(([name, icon]) => (
        <button
          key={name}
          aria-current={view === name ? 'page' : undefined}
          onClick={() => {
            inspect(undefined)
            showView(name)
          }}
        >
          <Icon name={icon} />
          {t(`view.${name}`)}
        </button>
      ))}
    </nav>
  )
}
