import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import {
  isLanguage,
  languageFor,
  languageIds,
  languageOf,
  sourceLanguage,
  text,
  type Language,
} from '../../texts/index.ts'

/** The texts of the rooms in every language, as i18next takes them. */
export const resources = Object.fromEntries(languageIds.map((id) => [id, text(id).rooms]))

/** Starts i18next with every language bundled. Places are written `{name}`, as everywhere in texts/. */
export async function startTexts(language: Language): Promise<void> {
  await i18next
    .use(initReactI18next)
    .init({
      resources,
      lng: language,
      fallbackLng: sourceLanguage,
      defaultNS: 'common',
      ns: Object.keys(text(sourceLanguage).rooms),
      interpolation: { prefix: '{', suffix: '}', escapeValue: false },
      react: { useSuspense: false },
    })
  document.documentElement.lang = language
}

const REMEMBERED = 'terakoya.language'

/** The preference of the last start: used until the host has told the real one. */
export function rememberedLanguage(): 'system' | Language {
  const value = localStorage.getItem(REMEMBERED)
  return isLanguage(value) ? value : 'system'
}

/** The language that the browser asks for. */
export const browserLanguage = (): Language => languageOf([navigator.language])

/** Shows the interface in the language of a preference from now on. */
export async function setLanguage(preference: 'system' | Language): Promise<void> {
  localStorage.setItem(REMEMBERED, preference)
  const language = languageFor(preference, browserLanguage())
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}
