import { errorTexts, type ErrorCode } from '../../core/contract/index.ts'
import type { Language } from './texts.ts'

/** The sentence of an error with its facts filled in. */
export const sentence = (
  code: ErrorCode,
  facts: Readonly<Record<string, string | number>> = {},
  language: Language = 'ja',
): string => errorTexts[code][language].replaceAll(/\{(\w+)\}/g, (place, name: string) => String(facts[name] ?? place))
