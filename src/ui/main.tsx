import { createRoot } from 'react-dom/client'
import './theme/fonts.css'
import './theme/tokens.css'
import './theme/base.css'
import { App } from './app'
import { loadLanguage } from './i18n/i18n'
import { boot } from './state/cluster-link'
import { useSettings } from './state/settings'
import { followSettings } from './theme/follow-settings'

// The worker starts before React draws anything: the cluster is what takes longest.
boot()
followSettings()

// No StrictMode: its second mount would open every terminal's screen twice, and the first would swallow what was said so far.
await loadLanguage(useSettings.getState().language)
createRoot(document.getElementById('root')!).render(<App />)
