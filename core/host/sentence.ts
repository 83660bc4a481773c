import { languageOf, sourceLanguage, text, type Language } from '../../texts/index.ts'
import { errorReason, errorSentence } from '../../texts/sentences.ts'
import type { AppError } from '../contract/index.ts'

/** The language that the terminal's environment asks for; Japanese where it asks for none. */
export const language = (): Language => {
  const locale = process.env['LC_ALL'] || process.env['LC_MESSAGES'] || process.env['LANG'] || ''
  return locale === '' || /^(C\b|POSIX)/.test(locale) ? sourceLanguage : languageOf([locale])
}

/** The sentence for an error, in the terminal's language unless another is given. */
export const sentence = (error: AppError, inLanguage = language()): string => errorSentence(error, inLanguage)

/** What a library or a template said of an error, on a line of its own; null where there is no more to say. */
export function reasonLine(error: AppError, inLanguage = language()): string | null {
  const reason = errorReason(error, inLanguage)
  return reason === null ? null : `${text(inLanguage).rooms.common.details}: ${reason}`
}
