import { deviceReasons } from './device-texts.ts'
import { settingCatalogue, type SettingKey } from './settings.ts'
import type { DeviceReason } from './system.ts'

/** What stands in a sentence for a fact that is a code: a setting's label (`setting`), why a device cannot be used (`why`); null for others. */
export function wordOfFact(name: string, fact: string | number, language: 'ja' | 'en'): string | null {
  if (name === 'setting' && fact in settingCatalogue) return settingCatalogue[fact as SettingKey].label[language]
  if (name === 'why' && fact in deviceReasons) return deviceReasons[fact as DeviceReason][language]
  return null
}
