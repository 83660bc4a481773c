import {
  checkSetting,
  generationSettingsOf,
  parseSettings,
  settingKeys,
  settingOf,
  type GenerationSettings,
  type SettingKey,
} from '../../../core/contract/index.ts'

/** The catalogue's settings of an answer, as text like in the form. */
export type PredictionValues = Readonly<Record<string, string | boolean>>

export const predictionKeys: readonly SettingKey[] = settingKeys.filter((key) => settingOf(key).group === 'prediction')

/** Every turn that fits is sent, and no answer is ended for its time. */
export const askingDefaults = { num_history: 50, max_time: 0 } as const

const asTyped = (value: unknown): string | boolean => (typeof value === 'boolean' ? value : String(value))

export const predictionDefaults = (): PredictionValues =>
  Object.fromEntries(predictionKeys.map((key) => [key, asTyped(settingOf(key).default)]))

/** The settings as calls take them; one that is wrong (its field says so) counts as its default. */
export function usableSettings(values: PredictionValues): GenerationSettings {
  const typed = predictionKeys.map((key) => {
    const value = values[key] ?? asTyped(settingOf(key).default)
    return [key, typeof value === 'string' && settingOf(key).kind !== 'text' ? value.normalize('NFKC').trim() : value]
  })
  const usable = typed.filter(([key, value]) => checkSetting(key as SettingKey, value) === null)
  return generationSettingsOf(parseSettings(Object.fromEntries(usable)).values)
}
