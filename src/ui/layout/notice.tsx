import { useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { useCluster } from '../state/cluster-store'
import { Icon } from './icons'

/** What the reader should know about the app itself; it takes a line, never the keyboard. */
export function Notice() {
  const t = useTranslate()
  const [dismissed, setDismissed] = useState<string | undefined>()
  const phase = useCluster((cluster) => cluster.phase)
  const lost = useCluster((cluster) => cluster.lost)
  const bug = useCluster((cluster) => cluster.bug)
  const kept = useCluster((cluster) => cluster.kept)
  if (phase === 'restoring')
    return (
      <p className="notice" role="status">
        {t('app.restoring')}
      </p>
    )
  const what =
    phase === 'failed'
      ? ('app.failed' as const)
      : bug
        ? ('app.bug' as const)
        : lost
          ? ('app.lost' as const)
          : kept === false
            ? ('app.notKept' as const)
            : undefined
  if (!what || dismissed === what) return <div />
  return (
    <div className="notice" role="status" data-tone={bug ? 'bad' : 'plain'} title={bug}>
      {t(what)}
      <button className="button icon bare" aria-label={t('app.dismiss')} onClick={() => setDismissed(what)}>
        <Icon name="close" />
      </button>
    </div>
  )
}
