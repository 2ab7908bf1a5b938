import { lazy, Suspense, useState } from 'react'
import { useTranslate } from '../i18n/i18n'
import { Icon } from '../layout/icons'
import { useCluster } from '../state/cluster-store'
import { PanelBoundary } from '../layout/panel-boundary'
import { activateTerminal, closeTerminal, openTerminal, splitTerminals, useTerminals, type TerminalTab } from '../state/terminals'
import './terminal.css'

/** xterm is fetched while the page draws and the cluster boots. */
const screen = import('./terminal-screen')
const TerminalScreen = lazy(() => screen)

export function TerminalPanel() {
  const t = useTranslate()
  const { tabs, panes, active } = useTerminals()
  const split = panes.length > 1
  const paused = useCluster((cluster) => cluster.speed === 0)
  const phase = useCluster((cluster) => cluster.phase)
  const [searching, setSearching] = useState(false)
  const current = tabs.find(({ id }) => id === active)
  return (
    <section className="panel terminal" id="terminal" tabIndex={-1} data-panel="terminal" aria-label={t('view.terminal')}>
      <div className="bar">
        <div className="terminal-tabs" role="tablist" aria-label={t('view.terminal')}>
          {tabs.map((tab) => (
            <Tab key={tab.id} tab={tab} selected={tab.id === active} closable={tabs.length > 1} />
          ))}
        </div>
        <button className="button icon bare" aria-label={t('terminal.new')} title={t('terminal.new')} onClick={() => openTerminal()}>
          <Icon name="plus" />
        </button>
        <button
          className="button icon bare"
          aria-label={t(split ? 'terminal.unsplit' : 'terminal.split')}
          title={t(split ? 'terminal.unsplit' : 'terminal.split')}
          aria-pressed={split}
          onClick={splitTerminals}
        >
          <Icon name="split" />
        </button>
        <span className="push" />
        {paused && <span className="badge waiting">{t('clock.paused')}</span>}
        <button
          className="button icon bare"
          aria-label={t('terminal.search')}
          title={t('terminal.search')}
          aria-pressed={searching}
          onClick={() => setSearching(!searching)}
        >
          <Icon name="search" />
        </button>
      </div>
      {paused && <p className="terminal-note">{t('terminal.paused')}</p>}
      <div className="screens" data-panes={panes.length}>
        {phase !== 'ready' && <p className="blank screen-blank">{t(phase === 'failed' ? 'app.failed' : 'app.starting')}</p>}
        <PanelBoundary name="view.terminal">
          <Suspense>
            {tabs.map((tab) => (
              <TerminalScreen
                key={tab.id}
                id={tab.id}
                place={panes.indexOf(tab.id)}
                active={tab.id === active}
                name={t('terminal.name', { n: tab.number })}
                searching={searching && tab.id === active}
                onSearching={setSearching}
              />
            ))}
          </Suspense>
        </PanelBoundary>
      </div>
      {current?.exitCode !== undefined && (
        <p className="terminal-note">
          {t('terminal.ended', { code: current.exitCode })}
          <button
            className="button"
            onClick={() => {
              openTerminal()
              closeTerminal(current.id)
            }}
          >
            {t('terminal.again')}
          </button>
        </p>
      )}
    </section>
  )
}

function Tab({ tab, selected, closable }: { tab: TerminalTab; selected: boolean; closable: boolean }) {
  const t = useTranslate()
  const name = t('terminal.name', { n: tab.number })
  return (
    <span className="terminal-tab" data-selected={selected}>
      <button role="tab" className="tab" aria-selected={selected} onClick={() => activateTerminal(tab.id)}>
        {name}
      </button>
      {closable && (
        <button className="button icon bare" aria-label={t('terminal.close', { name })} onClick={() => closeTerminal(tab.id)}>
          <Icon name="close" />
        </button>
      )}
    </span>
  )
}
