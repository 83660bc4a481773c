import { useTranslation } from 'react-i18next'
import { isLanguage, languageIds, sourceLanguage, text, type Language, type Texts } from '../../texts/index.ts'

export type { Language }

/** The language that the interface is shown in now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return isLanguage(i18n.language) ? i18n.language : sourceLanguage
}

/** A text in every language, for what is found by its words whatever the language of the interface. */
export const inEveryLanguage = (pick: (texts: Texts) => string): string =>
  languageIds.map((language) => pick(text(language))).join(' ')
