import { createInstance } from 'i18next'
import { presets } from '../../core/contract/presets.ts'
import { languageIds, sourceLanguage, text, type Language } from '../../texts/index.ts'

export { text, type Language }

const instance = createInstance()
void instance.init({
  initAsync: false,
  resources: Object.fromEntries(languageIds.map((id) => [id, text(id).rooms])),
  defaultNS: 'common',
  ns: Object.keys(text(sourceLanguage).rooms),
  interpolation: { prefix: '{', suffix: '}', escapeValue: false },
})

/**
 * Looks up `room:key` in a language and fills its places; plurals and numbers as the window writes them. No journey that
 * runs in every language writes texts out.
 */
export const textsOf = (language: Language) =>
  instance.getFixedT(language, ['common', 'chat', 'datasets', 'experiments', 'home', 'models', 'settings', 'shell'])

export type Texts = ReturnType<typeof textsOf>

/** The part of a text before its first place or parenthesis, for texts whose facts a journey does not know. */
export function beginningOf(sentence: string): string {
  const [beginning = ''] = sentence.split(/[（({]/)
  if (beginning.trim() === '') throw new Error(`nothing stands before the first place of: ${sentence}`)
  return beginning.trim()
}

/** The name of the preset that a newcomer's form is filled with. */
export const firstPreset = (language: Language): string =>
  text(language).presets[(presets[0] as (typeof presets)[0]).id].label
