import { useRef } from 'react'
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
]

export function Help() {
  const t = useTranslate()
  const dialog = useRef<HTMLDialogElement>(null)
  return (
    <>
      <button
        className="button icon bare"
        aria-label={t('help.button')}
        title={t('help.button')}
        onClick={() => dialog.current?.showModal()}
      >
        <Icon name="keyboard" />
      </button>
      <dialog ref={dialog} className="help-sheet" aria-labelledby="help-title">
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
        <button className="button" onClick={() => dialog.current?.close()}>
          {t('help.close')}
        </button>
      </dialog>
    </>
  )
}
