import type { Bilingual, SettingValues } from './settings.ts'

export interface Preset {
  readonly id: string
  readonly label: Bilingual
  readonly help: Bilingual
  /** Settings that differ from the catalogue's defaults. */
  readonly values: Partial<SettingValues>
}

/**
 * Named sets of values for the form; the first is filled in for a newcomer. The catalogue's defaults are the tutorial's
 * values.
 */
export const presets: readonly Preset[] = [
  {
    id: 'first-try',
    label: { ja: 'まず試す', en: 'First try' },
    help: {
      ja: '少ないデータで 1 つの事実を教えるチュートリアルの設定です。',
      en: "The tutorial's settings: teaches one fact from a few rows.",
    },
    values: {},
  },
]
