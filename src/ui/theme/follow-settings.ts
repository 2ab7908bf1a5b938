import { loadLanguage } from '../i18n/i18n'
import { useSettings, type Settings } from '../state/settings'

const systemIsDark = matchMedia('(prefers-color-scheme: dark)')

/** The theme in force: `system` asks the system. */
export const themeOf = ({ theme }: Pick<Settings, 'theme'>): 'light' | 'dark' =>
  theme === 'system' ? (systemIsDark.matches ? 'dark' : 'light') : theme

/** Keeps the document's theme, language and text size as the settings say. */
export function followSettings() {
  const follow = () => {
    const settings = useSettings.getState()
    const { documentElement } = document
    documentElement.dataset.theme = themeOf(settings)
    documentElement.lang = settings.language
    void loadLanguage(settings.language)
    documentElement.style.setProperty('--zoom', String(settings.zoom))
  }
  follow()
  useSettings.subscribe(follow)
  systemIsDark.addEventListener('change', () => {
    follow()
    // Whoever draws with computed colours (terminal, editor) listens to the settings, so they must seem to change.
    useSettings.setState({})
  })
}
