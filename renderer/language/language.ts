import { useTranslation } from 'react-i18next'

export type Language = 'ja' | 'en'

/** The language that the interface is shown in now. */
export function useLanguage(): Language {
  const { i18n } = useTranslation()
  return i18n.language === 'en' ? 'en' : 'ja'
}
