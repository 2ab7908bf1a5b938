import { useState } from 'react'
import { useTranslate, type MessageKey } from '../i18n/i18n'
import { boot } from '../state/cluster-link'
import { useCluster, type ClusterState } from '../state/cluster-store'
import { Icon } from './icons'

/** What there is to say about the app itself, the most pressing first. */
const notices: readonly (readonly [when: (cluster: ClusterState) => boolean, says: MessageKey])[] = [
  [({ phase }) => phase === 'failed', 'app.failed'],
  [({ bug }) => bug !== undefined, 'app.bug'],
  [({ lost }) => lost === 'past', 'app.broughtBack'],
  [({ lost }) => lost === 'all', 'app.lost'],
  [({ revived }) => revived, 'app.revived'],
  [({ kept }) => kept === false, 'app.notKept'],
]

/** What the reader should know about the app itself; it takes a line, never the keyboard. */
export function Notice() {
  const t = useTranslate()
  const [dismissed, setDismissed] = useState<MessageKey | undefined>()
  const phase = useCluster((cluster) => cluster.phase)
  const bug = useCluster((cluster) => cluster.bug)
  const what = useCluster((cluster) => notices.find(([when]) => when(cluster))?.[1])
  if (phase === 'restoring')
    return (
      <p className="notice" role="status">
        {t('app.restoring')}
      </p>
    )
  if (!what || dismissed === what) return <div />
  return (
    <div className="notice" role="status" data-tone={what === 'app.failed' || what === 'app.bug' ? 'bad' : 'plain'} title={bug}>
      {t(what)}
      {phase === 'failed' ? (
        <>
          <button className="button" onClick={() => location.reload()}>
            {t('app.reload')}
          </button>
          <button className="button" onClick={() => boot({ fresh: true })}>
            {t('reset.yes')}
          </button>
        </>
      ) : (
        <button className="button icon bare" aria-label={t('app.dismiss')} onClick={() => setDismissed(what)}>
          <Icon name="close" />
        </button>
      )}
    </div>
  )
}
