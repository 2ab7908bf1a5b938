import { useEffect, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'

const ASK_AGAIN_MS = 1500

/** A text that is asked for again when `version` has changed, but not at every stir. */
export function Text({ ask, version }: { ask: () => Promise<string>; version: string }) {
  const t = useTranslate()
  const [text, setText] = useState<string>()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    let current = true
    const timer = setTimeout(
      () =>
        void ask().then(
          (answer) => current && setText(answer),
          (error: Error) => current && setText(error.message),
        ),
      text === undefined ? 0 : ASK_AGAIN_MS,
    )
    return () => {
      current = false
      clearTimeout(timer)
    }
    // `ask` is new at every drawing; the version says when its answer is.
  }, [version])
  if (text === undefined) return <p className="blank">{t('inspector.loading')}</p>
  return (
    <div className="inspector-text">
      <button
        className="button"
        onClick={() => {
          void navigator.clipboard?.writeText(text)
          setCopied(true)
        }}
      >
        <Icon name={copied ? 'check' : 'copy'} />
        {copied ? t('inspector.copied') : t('inspector.copy')}
      </button>
      <pre tabIndex={0}>{text}</pre>
    </div>
  )
}
