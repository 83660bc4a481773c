import type { ErrorCode } from '../../core/contract/index.ts'
import { errorSentence } from '../../texts/sentences.ts'
import type { Language } from './texts.ts'

/** The sentence of an error with its facts filled in. */
export const sentence = (
  code: ErrorCode,
  facts: Readonly<Record<string, string | number>> = {},
  language: Language = 'ja',
): string => errorSentence({ code, facts }, language)
