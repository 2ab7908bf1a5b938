import { useTranslate, type MessageKey } from '../i18n/i18n'
import { Icon } from './icons'

/** What the keys do; shortcuts.ts listens for them. */
const keys: readonly (readonly [keys: string, does: MessageKey])[] = [
  ['Alt+1 … Alt+5', 'help.panels'],
  ['F6 / Shift+F6', 'help.next'],
  ['Alt+0', 'help.pause'],
  ['Alt+N', 'help.newTerminal'],
  ['Alt+S', 'help.split'],
  ['Alt+T', 'help.nextTerminal'],
  ['Ctrl+Shift+F', 'help.search'],
  ['Ctrl+Shift+C / V', 'help.copy'],
  ['Tab, ↑, Ctrl+R', 'help.shell'],
  ['Ctrl+Enter', 'help.apply'],
  ['← → ↑ ↓', 'help.resize'],
  ['Esc', 'help.escape'],
  ['Alt+H', 'help.help'],
]

export const HELP_ID = 'help'

export function HelpButton() {
  const t = useTranslate()
  return (
    <button className="button icon bare" aria-label={t('help.button')} title={t('help.button')} popoverTarget={HELP_ID}>
      <Icon name="keyboard" />
    </button>
  )
}

/** A sheet one can type beside: nothing else stops while it is open. Escape or a click elsewhere closes it. */
export function HelpSheet() {
  const t = useTranslate()
  return (
    <div id={HELP_ID} popover="auto" role="dialog" className="help-sheet" aria-labelledby="help-title">
      <h2 id="help-title">{t('help.title')}</h2>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key} style={{ display: 'contents' }}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(does)}</dd>
          </div>
        ))}
      </dl>
      <button className="button" popoverTarget={HELP_ID} popoverTargetAction="hide">
        {t('help.close')}
      </button>
    </div>
  )
}
