import { languageOf, sourceLanguage, type Language } from '../../texts/index.ts'
import { errorSentence } from '../../texts/sentences.ts'
import type { AppError } from '../contract/index.ts'

/** The language that the terminal's environment asks for; Japanese where it asks for none. */
export const language = (): Language => {
  const locale = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
  return locale === '' || /^(C\b|POSIX)/.test(locale) ? sourceLanguage : languageOf([locale])
}

/** The sentence for an error, in the terminal's language unless another is given. */
export const sentence = (error: AppError, inLanguage = language()): string => errorSentence(error, inLanguage)
