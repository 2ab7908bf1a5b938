import { create } from 'zustand'
import { useSettings, type Language } from '../state/settings'
import { en } from './en'

export type MessageKey = keyof typeof en
export type Values = Readonly<Record<string, string | number>>
export type Messages = Readonly<Record<MessageKey, string>>

/** Languages that are there. English always is; another comes when somebody reads it, and until then English stands in. */
const useMessages = create<Partial<Record<Language, Messages>>>()(() => ({ en }))

const others: Readonly<Partial<Record<Language, () => Promise<Messages>>>> = {
  ja: () => import('./ja').then(({ ja }) => ja),
}

/** Fetches a language's sentences. Without them (a lost connection) English remains. */
export async function loadLanguage(language: Language): Promise<void> {
  if (useMessages.getState()[language]) return
  const messages = await others[language]?.().catch(() => undefined)
  if (messages) useMessages.setState({ [language]: messages })
}

/** The sentence for `key` among `messages`, with `{name}` filled in from `values`. */
export function translate(messages: Messages, key: MessageKey, values: Values = {}): string {
  return messages[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

export type Translate = (key: MessageKey, values?: Values) => string

const translators = new Map<Messages, Translate>()

/** One a language, so that effects may depend on it. */
function translatorFor(messages: Messages): Translate {
  const known = translators.get(messages)
  if (known) return known
  const made: Translate = (key, values) => translate(messages, key, values)
  translators.set(messages, made)
  return made
}

/** The translator for the chosen language; a component that uses it redraws when the language changes. */
export function useTranslate(): Translate {
  const language = useSettings((settings) => settings.language)
  return translatorFor(useMessages((messages) => messages[language] ?? en))
}
