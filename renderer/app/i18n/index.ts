import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import * as en from './locales/en/index.ts'
import * as ja from './locales/ja/index.ts'

export type Language = 'ja' | 'en'

/** Starts i18next with both languages bundled. Places are written `{name}`, as in core/contract. */
export async function startTexts(language: Language): Promise<void> {
  await i18next
    .use(initReactI18next)
    .init({
      resources: { ja, en },
      lng: language,
      fallbackLng: 'ja',
      defaultNS: 'common',
      ns: Object.keys(ja),
      interpolation: { prefix: '{', suffix: '}', escapeValue: false },
      react: { useSuspense: false },
    })
  document.documentElement.lang = language
}

const REMEMBERED = 'terakoya.language'

/** The preference of the last start: used until the host has told the real one. */
export function rememberedLanguage(): 'system' | Language {
  const value = localStorage.getItem(REMEMBERED)
  return value === 'ja' || value === 'en' ? value : 'system'
}

/** Shows the interface in the language of a preference from now on. */
export async function setLanguage(preference: 'system' | Language): Promise<void> {
  localStorage.setItem(REMEMBERED, preference)
  const language = languageFor(preference, navigator.language)
  document.documentElement.lang = language
  await i18next.changeLanguage(language)
}

/** The language for a preference: `system` follows the browser's. */
export const languageFor = (preference: 'system' | Language, system: string): Language =>
  preference === 'system' ? (system.toLowerCase().startsWith('ja') ? 'ja' : 'en') : preference
