import { useSettings, type Language } from '../state/settings'
import { en } from './en'
import { ja } from './ja'

export type MessageKey = keyof typeof en
export type Values = Readonly<Record<string, string | number>>

const tables: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, ja }

/** The sentence for `key` in `language`, with `{name}` filled in from `values`. */
export function translate(language: Language, key: MessageKey, values: Values = {}): string {
  return tables[language][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export type Translate = (key: MessageKey, values?: Values) => string

/** One a language, so that effects may depend on it. */
const translators: Readonly<Record<Language, Translate>> = {
  en: (key, values) => translate('en', key, values),
  ja: (key, values) => translate('ja', key, values),
}

/** The translator for the chosen language; a component that uses it redraws when the language changes. */
export function useTranslate(): Translate {
  const language = useSettings((settings) => settings.language)
  return translators[language]
}
