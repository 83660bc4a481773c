import type { Texts } from '../../texts/index.ts'
import type { SettingValues } from './settings.ts'

export interface Preset {
  /** Label and help stand in texts/<language>/presets.ts. */
  readonly id: keyof Texts['presets']
  /** Settings that differ from the catalogue's defaults. */
  readonly values: Partial<SettingValues>
}

/**
 * Named sets of values for the form; the first is filled in for a newcomer. The catalogue's defaults are the tutorial's
 * values.
 */
export const presets: readonly Preset[] = [{ id: 'first-try', values: {} }]
