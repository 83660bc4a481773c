import { type Language, text } from './index.ts'

/** Values that fill the places `{name}` of a text. */
export type Facts = Readonly<Record<string, string | number>>

/**
 * Fills the places `{name}` of a text. A fact that is a code is shown by its words, a number as the language writes it;
 * a place without its fact stays as it is.
 */
export function fill(template: string, facts: Facts, language: Language): string {
  return template.replace(/\{(\w+)\}/g, (place, name: string) => {
    const fact = own(facts, name)
    return fact === undefined ? place : (wordOfFact(name, fact, language) ?? shown(fact, language))
  })
}

const shown = (fact: string | number, language: Language): string =>
  typeof fact === 'number' ? formatNumber(fact, language) : fact

/** A number with thousands separators; at most four significant digits where it is not whole. */
export const formatNumber = (value: number, language: Language): string =>
  new Intl.NumberFormat(
    text(language).language.locale,
    Number.isInteger(value) ? {} : { maximumSignificantDigits: 4 },
  ).format(value)

/**
 * What stands in a sentence for a fact that is a code: a setting's label (`setting`), why a device cannot be used
 * (`why`), what `facts` has words for; null for others.
 */
export function wordOfFact(name: string, fact: string | number, language: Language): string | null {
  const { settings, devices, facts, language: itself } = text(language)
  if (name === 'setting') return own(settings, fact)?.label ?? null
  if (name === 'since') return new Date(fact).toLocaleString(itself.locale, { dateStyle: 'short', timeStyle: 'short' })
  const words: Readonly<Record<string, object>> = { ...facts, device: devices.names, why: devices.reasons }
  return own(own(words, name) ?? {}, fact) ?? null
}

/** The value of an object's own key: names and codes from outside must not find what every object has. */
function own<T extends object>(table: T, key: string | number): T[keyof T] | undefined {
  return Object.hasOwn(table, key) ? table[key as keyof T] : undefined
}

/** A failure as it crosses processes; `code` may come from a newer host. */
interface Coded {
  readonly code: string
  readonly facts: Facts
}

/** The sentence of an error. A code that this version does not know keeps its code in view. */
export function errorSentence({ code, facts }: Coded, language: Language): string {
  const { errors } = text(language)
  const known = own(errors, code)
  return known === undefined
    ? fill(errors.internal, { message: code, ...facts }, language)
    : fill(known, facts, language)
}

/** What a library or a template said of an error, where its sentence leaves it out: English as a rule; null for none. */
export function errorReason({ code, facts }: Coded, language: Language): string | null {
  const reason = String(own(facts, 'reason') ?? '').trim()
  const known = own(text(language).errors, code)
  return reason === '' || known === undefined || known.includes('{reason}') ? null : reason
}

/** The sentence of a line of a run's log, which may be an error; code and facts where the code is not known. */
export function logSentence({ code, facts }: Coded, language: Language): string {
  const { log, errors } = text(language)
  const known = own(log, code) ?? own(errors, code)
  return known === undefined ? `${code} ${Object.values(facts).join(' ')}`.trim() : fill(known, facts, language)
}

/** The sentence of a note on an import. */
export const noteSentence = (
  { code, facts }: { readonly code: keyof ReturnType<typeof text>['importNotes']; readonly facts: Facts },
  language: Language,
): string => fill(text(language).importNotes[code], facts, language)

/** Why a device cannot be used, with the file that it is about. */
export const reasonSentence = (
  reason: keyof ReturnType<typeof text>['devices']['reasons'],
  file: string | undefined,
  language: Language,
): string =>
  file === undefined
    ? text(language).devices.reasons[reason]
    : fill(text(language).errors['gpu-pack/changed'], { file }, language)
