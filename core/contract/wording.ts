import { text, type Language } from '../../texts/index.ts'
import type { CheckId } from './checks.ts'
import type { settingCatalogue, SettingKey } from './settings.ts'

export interface SettingTexts {
  readonly label: string
  /** At most two sentences: what it does and when to change it. */
  readonly help: string
}

/** A setting with choices names each of them. */
type OptionTexts<Definition> = Definition extends { choices: readonly (infer Choice extends string)[] }
  ? { readonly options: Readonly<Record<Choice, string>> }
  : unknown

/** A setting without its texts, or a choice without its name, does not compile. */
type EverySettingTexts = { readonly [Key in SettingKey]: SettingTexts & OptionTexts<(typeof settingCatalogue)[Key]> }

/** Label and help of a setting, and what its choices are called, where it has any. */
export function settingTexts(
  key: SettingKey,
  language: Language,
): SettingTexts & { readonly options?: Readonly<Record<string, string>> } {
  const every: EverySettingTexts = text(language).settings
  return every[key]
}

export interface CheckTexts {
  readonly title: string
  /** Why it matters. */
  readonly why: string
  /** What its repair does, where it has one. */
  readonly repair?: string
}

/** What a check is called, why it matters, and what its repair does. */
export function checkTexts(check: CheckId, language: Language): CheckTexts {
  const every: Readonly<Record<CheckId, CheckTexts>> = text(language).checks
  return every[check]
}
