import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { ClusterMap } from '../map/cluster-map'
import { showView, useSettings } from '../state/settings'
import { Icon } from './icons'
import { PanelBoundary } from './panel-boundary'

/** Monaco and the schemas are large: fetched when the editor is first looked at. */
const EditorPanel = lazy(() => import('../editor/editor-panel'))

/** The upper middle of the desk: the map or the editor. */
export function Stage() {
  const t = useTranslate()
  const stage = useSettings((settings) => settings.stage)
  const [edited, setEdited] = useState(stage === 'editor')
  useEffect(() => {
    if (stage === 'editor') setEdited(true)
  }, [stage])
  return (
    <section className="panel stage" data-panel={stage} aria-label={t(`view.${stage}`)}>
      <div className="bar stage-bar" role="tablist" aria-label={t('view.panels')}>
        {(['map', 'editor'] as const).map((name) => (
          <button
            key={name}
            role="tab"
            className="tab"
            aria-selected={stage === name}
            aria-controls={name}
            tabIndex={stage === name ? 0 : -1}
            onClick={() => showView(name)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
              const other = name === 'map' ? 'editor' : 'map'
              showView(other)
              const next = name === 'map' ? event.currentTarget.nextElementSibling : event.currentTarget.previousElementSibling
              ;(next as HTMLElement | null)?.focus()
            }}
          >
            <Icon name={name} />
            {t(`view.${name}`)}
          </button>
        ))}
      </div>
      <div id="map" role="tabpanel" tabIndex={-1} className="fill" hidden={stage !== 'map'}>
        <PanelBoundary name="view.map">
          <ClusterMap />
        </PanelBoundary>
      </div>
      <div id="editor" role="tabpanel" tabIndex={-1} className="fill" hidden={stage !== 'editor'}>
        {edited && (
          <PanelBoundary name="view.editor">
            <Suspense fallback={<p className="blank">{t('editor.loading')}</p>}>
              <EditorPanel />
            </Suspense>
          </PanelBoundary>
        )}
      </div>
    </section>
  )
}
