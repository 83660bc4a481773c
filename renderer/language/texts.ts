import i18next from 'i18next'
import {
  errorTexts,
  logTexts,
  wordOfFact,
  type AppError,
  type Bilingual,
  type Facts,
  type LogLine,
} from '../../core/contract/index.ts'
import type { Language } from './language.ts'

/**
 * Fills `{name}` in a contract text. A fact that names a setting is shown by the setting's label, why a device cannot
 * be used by its sentence, a number with separators.
 */
export function fillPlaces(text: string, facts: Facts, language: Language): string {
  return text.replace(/\{(\w+)\}( ?)/g, (place, name: string, space: string) => {
    const fact = facts[name]
    if (fact === undefined) return place
    // Japanese words take no space beside them; names and numbers do.
    return wordFact(name, fact, language) + (language === 'ja' && wordOf(name, fact, language) !== null ? '' : space)
  })
}

function wordFact(name: string, fact: string | number, language: Language): string {
  return (
    wordOfFact(name, fact, language) ??
    wordOf(name, fact, language) ??
    (typeof fact === 'number' ? formatNumber(fact, language) : fact)
  )
}

/** Facts that are codes have their words in the locale, under `common:words.<fact>.<code>`. */
function wordOf(name: string, fact: string | number, language: Language): string | null {
  const key = `words.${name}.${fact}`
  return i18next.exists(key, { lng: language, ns: 'common' })
    ? i18next.getFixedT(language, 'common')(key as 'words.device.cpu')
    : null
}

/** A number with thousands separators; at most four significant digits after the point. */
export const formatNumber = (value: number, language: Language): string =>
  new Intl.NumberFormat(
    language === 'ja' ? 'ja-JP' : 'en-GB',
    Number.isInteger(value) ? {} : { maximumSignificantDigits: 4 },
  ).format(value)

/** The sentence of an error, in the given language. A code that is not known (a newer host) keeps its code in view. */
export function errorSentence(error: AppError, language: Language): string {
  const known: Bilingual = errorTexts[error.code] ?? errorTexts.internal
  return fillPlaces(
    known[language],
    known === errorTexts.internal ? { message: error.code, ...error.facts } : error.facts,
    language,
  )
}

/** The sentence of a log line. */
export function logSentence(line: LogLine, language: Language): string {
  const known =
    (logTexts as Record<string, Bilingual>)[line.code] ?? (errorTexts as Record<string, Bilingual>)[line.code]
  return known
    ? fillPlaces(known[language], line.facts, language)
    : `${line.code} ${Object.values(line.facts).join(' ')}`.trim()
}
