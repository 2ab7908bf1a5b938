import { lazy, Suspense } from 'react'
import { useTranslate } from '../i18n/i18n'
import { PanelBoundary } from '../layout/panel-boundary'

/** Markdown and the lessons' text come after the terminal. */
const LessonView = lazy(() => import('./lesson-view'))

export function LessonPanel() {
  const t = useTranslate()
  return (
    <section className="panel lesson" id="lesson" tabIndex={-1} data-panel="lesson" aria-label={t('view.lesson')}>
      <PanelBoundary name="view.lesson">
        <Suspense fallback={<p className="blank">{t('lesson.loading')}</p>}>
          <LessonView />
        </Suspense>
      </PanelBoundary>
    </section>
  )
}
