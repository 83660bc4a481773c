import { deviceReasons } from './device-texts.ts'
import { settingCatalogue, type SettingKey } from './settings.ts'
import type { DeviceReason, HostKind } from './system.ts'

/** A studio as a program that the user knows. */
export const programNames: Readonly<Record<HostKind, { readonly ja: string; readonly en: string }>> = {
  desktop: { ja: 'デスクトップ版', en: 'the desktop studio' },
  web: { ja: 'ブラウザー版', en: 'the browser studio' },
  cli: { ja: 'コマンド', en: 'a command' },
}

/** The kinds of values that a setting may need. */
const valueKinds: Readonly<Record<string, { readonly ja: string; readonly en: string }>> = {
  integer: { ja: '整数', en: 'a whole number' },
  number: { ja: '数値', en: 'a number' },
  boolean: { ja: 'オンかオフ（true か false）', en: 'on or off (true or false)' },
  text: { ja: '文字列', en: 'a text' },
}

/**
 * What stands in a sentence for a fact that is a code: a setting's label (`setting`), what value it needs (`expected`),
 * why a device cannot be used (`why`), a studio (`program`); null for others.
 */
export function wordOfFact(name: string, fact: string | number, language: 'ja' | 'en'): string | null {
  if (name === 'setting' && Object.hasOwn(settingCatalogue, fact))
    return settingCatalogue[fact as SettingKey].label[language]
  if (name === 'why' && Object.hasOwn(deviceReasons, fact)) return deviceReasons[fact as DeviceReason][language]
  if (name === 'program' && Object.hasOwn(programNames, fact)) return programNames[fact as HostKind][language]
  if (name === 'expected' && Object.hasOwn(valueKinds, fact)) return valueKinds[fact]?.[language] ?? null
  if (name === 'since')
    return new Date(fact).toLocaleString(language === 'ja' ? 'ja-JP' : 'en-GB', {
      dateStyle: 'short',
      timeStyle: 'short',
    })
  return null
}
