import {
  checkSetting,
  defaultSettings,
  isShown,
  settingKeys,
  settingOf,
  type Preset,
  type SettingGroup,
  type SettingKey,
  type SettingProblem,
  type SettingValues,
} from '../../../core/contract/index.ts'

/** What the form holds: numbers stay the text that was typed until they are checked. */
export type RawValues = Readonly<Record<SettingKey, string | boolean>>

export interface FormGroup {
  readonly group: SettingGroup
  readonly basic: readonly SettingKey[]
  readonly advanced: readonly SettingKey[]
}

/** The form's starting values for a preset; `references` keep the chosen dataset and model. */
export function presetValues(preset: Preset, references: Partial<Record<SettingKey, string>> = {}): RawValues {
  return toRaw({ ...defaultSettings(), ...preset.values, ...references } as SettingValues)
}

/** Stored values as the form shows them. */
export const toRaw = (values: SettingValues): RawValues =>
  Object.fromEntries(
    settingKeys.map((key) => [key, typeof values[key] === 'boolean' ? values[key] : String(values[key])]),
  ) as Record<SettingKey, string | boolean>

/** The settings that the form shows for these values, by group in the catalogue's order. */
export function groupsOf(raw: RawValues): FormGroup[] {
  const values = loosely(raw)
  const groups = new Map<SettingGroup, { basic: SettingKey[]; advanced: SettingKey[] }>()
  for (const key of settingKeys) {
    if (!isShown(key, values)) continue
    const definition = settingOf(key)
    const group = groups.get(definition.group) ?? { basic: [], advanced: [] }
    groups.set(definition.group, group)
    group[definition.advanced ? 'advanced' : 'basic'].push(key)
  }
  return [...groups].map(([group, keys]) => ({ group, ...keys }))
}

/** What is wrong with the shown settings, by key. */
export function problemsOf(raw: RawValues): Partial<Record<SettingKey, SettingProblem>> {
  const shown = groupsOf(raw).flatMap(({ basic, advanced }) => [...basic, ...advanced])
  return Object.fromEntries(
    shown.flatMap((key) => {
      const problem = problemOf(raw, key)
      return problem ? [[key, problem]] : []
    }),
  )
}

/** What is wrong with one setting; null where it is right or not shown. */
export const problemOf = (raw: RawValues, key: SettingKey): SettingProblem | null =>
  isShown(key, loosely(raw)) ? checkSetting(key, clean(key, raw[key])) : null

/** The values as calls take them: numbers typed in full width are read, hidden settings go back to their defaults. */
export function toSettings(raw: RawValues): Record<SettingKey, unknown> {
  const values = loosely(raw)
  return Object.fromEntries(
    settingKeys.map((key) => [key, isShown(key, values) ? clean(key, raw[key]) : settingOf(key).default]),
  ) as Record<SettingKey, unknown>
}

function clean(key: SettingKey, value: string | boolean): unknown {
  const { kind } = settingOf(key)
  if (typeof value !== 'string' || (kind !== 'integer' && kind !== 'number')) return value
  return value.normalize('NFKC').replaceAll(',', '').trim()
}

/** Conditions compare choices and switches only, which the raw values hold in their stored type. */
const loosely = (raw: RawValues): SettingValues => raw as unknown as SettingValues

/** How many settings differ from the preset's; the form says it so that nobody forgets a change. */
export const changedKeys = (raw: RawValues, base: RawValues): SettingKey[] =>
  settingKeys.filter(
    (key) =>
      settingOf(key).kind !== 'reference' &&
      key !== 'general.experiment_name' &&
      clean(key, raw[key]) !== clean(key, base[key]),
  )
