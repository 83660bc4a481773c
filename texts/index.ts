// Every text that a person may read, a folder for each language. Adding a language: copy a folder, translate it, add
// its line to `languages`.
import { en } from './en/index.ts'
import { ja } from './ja/index.ts'
import type { LocaleOf } from './locale.ts'

/** The texts of a language. Texts are written in Japanese first: its folder says which there are. */
export type Texts = LocaleOf<typeof ja>

/** Every language of the studio, by its BCP 47 subtag. */
export const languages = { ja, en } satisfies Record<string, Texts>

export type Language = keyof typeof languages

/** At least one, in the order of `languages`. */
export const languageIds = Object.keys(languages) as [Language, ...Language[]]

/** The language that texts are written in first. */
export const sourceLanguage: Language = 'ja'

/** The language for whoever asks for one that the studio does not have. */
export const commonLanguage: Language = 'en'

/** The texts of a language. */
export const text = (language: Language): Texts => languages[language]

export const isLanguage = (value: unknown): value is Language =>
  typeof value === 'string' && Object.hasOwn(languages, value)

/**
 * The first language that one of the tags asks for (`en-GB`, `ja_JP.UTF-8`, `ja;q=0.5`), most wanted first; `otherwise`
 * where none does.
 */
export function languageOf(tags: readonly string[], otherwise: Language = commonLanguage): Language {
  const wanted = tags.map((tag) => /^[a-z]+/.exec(tag.trim().toLowerCase())?.[0])
  return wanted.find(isLanguage) ?? otherwise
}

/** The language for a preference: `system` follows what the system, the browser or the terminal asks for. */
export const languageFor = (preference: 'system' | Language, system: Language): Language =>
  preference === 'system' ? system : preference
