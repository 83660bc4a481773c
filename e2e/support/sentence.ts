import type { ErrorCode } from '../../core/contract/index.ts'
import { errorSentence } from '../../texts/sentences.ts'

/** The Japanese sentence of an error with its facts filled in. */
export const sentence = (code: ErrorCode, facts: Readonly<Record<string, string | number>> = {}): string =>
  errorSentence({ code, facts }, 'ja')
