import { errorTexts, type ErrorCode } from '../../core/contract/index.ts'

/** The Japanese sentence of an error with its facts filled in. */
export const sentence = (code: ErrorCode, facts: Readonly<Record<string, string | number>> = {}): string =>
  errorTexts[code].ja.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(facts[name] ?? place))
