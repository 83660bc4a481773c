import { createInstance } from 'i18next'
import { presets } from '../../core/contract/presets.ts'
import { settingCatalogue } from '../../core/contract/index.ts'
import * as en from '../../renderer/app/i18n/locales/en/index.ts'
import * as ja from '../../renderer/app/i18n/locales/ja/index.ts'

/** The studio's texts, as a journey looks them up: no journey that runs in both languages writes them out. */
export const languages = { ja, en }

export type Language = keyof typeof languages

const instance = createInstance()
void instance.init({
  initAsync: false,
  resources: languages,
  defaultNS: 'common',
  ns: Object.keys(ja),
  interpolation: { prefix: '{', suffix: '}', escapeValue: false },
})

/** Looks up `room:key` in a language and fills its places; plurals and numbers as the window writes them. */
export const textsOf = (language: Language) =>
  instance.getFixedT(language, ['common', 'chat', 'datasets', 'experiments', 'home', 'settings', 'shell'])

export type Texts = ReturnType<typeof textsOf>

/** The part of a text before its first place `{name}`, for texts whose facts a journey does not know. */
export function beginningOf(text: string): string {
  const [beginning = ''] = text.split(/[（({]/)
  if (beginning === '') throw new Error(`${text} begins with a place`)
  return beginning.trim()
}

/** The name of the preset that a newcomer's form is filled with. */
export const firstPreset = (language: Language): string => (presets[0] as (typeof presets)[0]).label[language]

export const settingLabel = (key: keyof typeof settingCatalogue, language: Language): string =>
  settingCatalogue[key].label[language]
