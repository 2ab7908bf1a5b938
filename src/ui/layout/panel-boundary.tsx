import { Component, type ReactNode } from 'react'
import { useTranslate, type MessageKey } from '../i18n/i18n'

interface Props {
  /** The panel's name, as the reader knows it. */
  readonly name: MessageKey
  readonly children: ReactNode
}

/** Round each panel: what goes wrong in one leaves the others, the cluster and the terminal's shells alone. A class, as React has no other way. */
export class PanelBoundary extends Component<Props, { readonly error: Error | undefined }> {
  override state = { error: undefined as Error | undefined }

  static getDerivedStateFromError = (thrown: unknown) => ({ error: thrown instanceof Error ? thrown : new Error(String(thrown)) })

  override componentDidCatch(error: unknown) {
    console.error(error)
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return <Fallen name={this.props.name} error={error} onAgain={() => this.setState({ error: undefined })} />
  }
}

function Fallen({ name, error, onAgain }: { name: MessageKey; error: Error; onAgain: () => void }) {
  const t = useTranslate()
  return (
    <div className="fallen" role="alert">
      <p>{t('panel.fell', { panel: t(name) })}</p>
      <p>
        <button className="button act" onClick={onAgain}>
          {t('panel.again')}
        </button>{' '}
        <button className="button" onClick={() => location.reload()}>
          {t('app.reload')}
        </button>
      </p>
      <details>
        <summary>{t('panel.details')}</summary>
        <pre tabIndex={0}>{error.stack ?? error.message}</pre>
      </details>
    </div>
  )
}
