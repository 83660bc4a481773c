import { useTranslation } from 'react-i18next'
import { isLanguage, sourceLanguage, type Language } from '../../texts/index.ts'

export type { Language }

/** The language that the interface is shown in now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return isLanguage(i18n.language) ? i18n.language : sourceLanguage
}
