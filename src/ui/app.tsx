import { lazy, Suspense, useEffect } from 'react'
import './app.css'
import { useTranslate } from './i18n/i18n'
import { Divider } from './layout/divider'
import { Header } from './layout/header'
import { HelpSheet } from './layout/help'
import { Notice } from './layout/notice'
import { Stage } from './layout/stage'
import { StatusBar } from './layout/status-bar'
import { ViewTabs } from './layout/view-tabs'
import { listenForShortcuts } from './layout/shortcuts'
import { PanelBoundary } from './layout/panel-boundary'
import { LessonPanel } from './lesson/lesson-panel'
import { useSelection } from './state/selection'
import { useSettings } from './state/settings'
import { TerminalPanel } from './terminal/terminal-panel'

/** Wanted when somebody looks inside an object. */
const Inspector = lazy(() => import('./inspector/inspector'))

export function App() {
  const t = useTranslate()
  const { view, showLesson, lessonWidth, inspectorWidth, terminalShare } = useSettings()
  const inspecting = useSelection((selection) => selection.inspected !== undefined)
  useEffect(listenForShortcuts, [])
  return (
    <div className="app">
      <nav aria-label={t('view.panels')} className="skips">
        <a href="#terminal">{t('app.skip.terminal')}</a>
        <a href="#lesson">{t('app.skip.lesson')}</a>
      </nav>
      <Header />
      <Notice />
      <main
        className="desk"
        data-view={view}
        data-lesson={showLesson}
        data-inspecting={inspecting}
        style={{
          ['--lesson-width' as string]: `${lessonWidth}px`,
          ['--inspector-width' as string]: `${inspectorWidth}px`,
          ['--terminal-share' as string]: `${terminalShare * 100}%`,
        }}
      >
        <LessonPanel />
        <Divider of="lessonWidth" />
        <Stage />
        <Divider of="terminalShare" />
        <TerminalPanel />
        {inspecting && <Divider of="inspectorWidth" />}
        {inspecting && (
          <PanelBoundary name="view.inspector">
            <Suspense fallback={<aside className="panel inspector" />}>
              <Inspector />
            </Suspense>
          </PanelBoundary>
        )}
      </main>
      <StatusBar />
      <ViewTabs />
      <HelpSheet />
    </div>
  )
}
