import { z } from 'zod'
import type { Texts } from '../../texts/index.ts'
import { describeValue } from './describe-value.ts'
import { settingCatalogue } from './setting-catalogue.ts'

interface Described {
  readonly group: SettingGroup
  /** Shown only when every named setting has one of the listed values. */
  readonly shownWhen?: Readonly<Record<string, readonly unknown[]>>
  /** Hidden behind "More settings" until the user opens it. */
  readonly advanced?: boolean
}

export type SettingGroup =
  'general' | 'dataset' | 'tokenizer' | 'architecture' | 'training' | 'validation' | 'prediction' | 'environment'

/** One setting: how it is stored, checked and shown; its words stand in texts/<language>/settings.ts. */
export type SettingDefinition = Described &
  (
    | {
        readonly kind: 'text'
        readonly default: string
        readonly maxCharacters: number
        readonly required: boolean
        /** Blanks at both ends belong to the value. */ readonly verbatim?: boolean
      }
    | {
        readonly kind: 'reference'
        readonly to: 'dataset' | 'model' | 'experiment'
        readonly default: string
        /** May stay empty. */ readonly optional?: boolean
      }
    | {
        readonly kind: 'integer'
        readonly default: number
        readonly min: number
        readonly max: number
        readonly step: number
        readonly unit?: keyof Texts['units']
      }
    | {
        readonly kind: 'number'
        readonly default: number
        readonly min: number
        readonly max: number
        readonly step: number
        readonly unit?: keyof Texts['units']
      }
    | { readonly kind: 'boolean'; readonly default: boolean }
    | {
        readonly kind: 'choice'
        readonly default: string
        readonly choices: readonly string[]
        /** Other words for a choice in files of before and of other programs. */
        readonly aliases?: Readonly<Record<string, string>>
        /** What choices are called where a language has no words of its own for them. */
        readonly names?: Readonly<Record<string, string>>
      }
  )

export { settingCatalogue }

export type SettingKey = keyof typeof settingCatalogue

type ValueOf<D> = D extends { kind: 'integer' | 'number' }
  ? number
  : D extends { kind: 'boolean' }
    ? boolean
    : D extends { kind: 'choice'; choices: readonly (infer V)[] }
      ? V
      : string

/** A value for every setting, by key such as `training.learning_rate`. */
export type SettingValues = { [K in SettingKey]: ValueOf<(typeof settingCatalogue)[K]> }

/** Every key, in the order of the form. */
export const settingKeys = Object.keys(settingCatalogue) as SettingKey[]

/** The definition of a setting. */
export const settingOf = (key: SettingKey): SettingDefinition => settingCatalogue[key]

/** Default values of the whole catalogue. */
export const defaultSettings = (): SettingValues =>
  Object.fromEntries(settingKeys.map((key) => [key, settingCatalogue[key].default])) as unknown as SettingValues

/** True where the form shows the setting for these values. */
export function isShown(key: SettingKey, values: SettingValues): boolean {
  const conditions = Object.entries(settingOf(key).shownWhen ?? {})
  return conditions.every(([other, allowed]) => allowed.includes(values[other as SettingKey]))
}

export type SettingProblem =
  | { readonly key: string; readonly code: 'setting/unknown'; readonly found: string }
  | { readonly key: SettingKey; readonly code: 'setting/required' | 'setting/not-chosen'; readonly found: string }
  | { readonly key: SettingKey; readonly code: 'setting/type'; readonly found: string; readonly expected: string }
  | {
      readonly key: SettingKey
      readonly code: 'setting/range'
      readonly found: string
      readonly min: number
      readonly max: number
    }
  | { readonly key: SettingKey; readonly code: 'setting/choice'; readonly found: string; readonly expected: string }

/**
 * Checks loose values (form, YAML, command line) against the catalogue; missing ones take the default.
 * Numbers may be written as strings. Returns every problem found, and values that all fit: the default in the place of
 * one that does not.
 */
export function parseSettings(raw: Readonly<Record<string, unknown>>): {
  values: SettingValues
  problems: SettingProblem[]
} {
  const values: Record<string, unknown> = {}
  const problems: SettingProblem[] = []
  for (const [key, value] of Object.entries(raw)) {
    if (!Object.hasOwn(settingCatalogue, key))
      problems.push({ key: describeValue(key), code: 'setting/unknown', found: describeValue(value) })
  }
  for (const key of settingKeys) {
    const definition = settingOf(key)
    const checked = checkValue(key, definition, raw[key] === undefined ? definition.default : raw[key])
    if ('problem' in checked) problems.push(checked.problem)
    values[key] = 'problem' in checked ? definition.default : checked.value
  }
  return { values: values as SettingValues, problems }
}

/** Checks one value; returns it in its stored type, or what is wrong with it. */
export function checkSetting(key: SettingKey, value: unknown): SettingProblem | null {
  const checked = checkValue(key, settingOf(key), value)
  return 'problem' in checked ? checked.problem : null
}

function checkValue(
  key: SettingKey,
  definition: SettingDefinition,
  value: unknown,
): { value: unknown } | { problem: SettingProblem } {
  const found = describeValue(value)
  switch (definition.kind) {
    case 'text':
    case 'reference': {
      if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol')
        return { problem: { key, code: 'setting/type', found, expected: 'text' } }
      const text = definition.kind === 'text' && definition.verbatim ? String(value) : String(value).trim()
      const required = definition.kind === 'reference' ? !definition.optional : definition.required
      if (required && text === '')
        return {
          problem: { key, code: definition.kind === 'reference' ? 'setting/not-chosen' : 'setting/required', found },
        }
      if (definition.kind === 'text' && text.length > definition.maxCharacters)
        return {
          problem: { key, code: 'setting/range', found: String(text.length), min: 0, max: definition.maxCharacters },
        }
      return { value: text }
    }
    case 'integer':
    case 'number': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      if (
        typeof number !== 'number' ||
        !Number.isFinite(number) ||
        (definition.kind === 'integer' && !Number.isInteger(number))
      )
        return { problem: { key, code: 'setting/type', found, expected: definition.kind } }
      if (number < definition.min || number > definition.max)
        return { problem: { key, code: 'setting/range', found, min: definition.min, max: definition.max } }
      return { value: number }
    }
    case 'boolean': {
      if (value === true || value === 'true') return { value: true }
      if (value === false || value === 'false') return { value: false }
      return { problem: { key, code: 'setting/type', found, expected: 'boolean' } }
    }
    case 'choice': {
      const { choices, aliases = {} } = definition
      const meant = typeof value === 'string' && Object.hasOwn(aliases, value) ? aliases[value] : value
      if (choices.some((choice) => choice === meant)) return { value: meant }
      return { problem: { key, code: 'setting/choice', found, expected: choices.join(', ') } }
    }
  }
}

/** The settings of an answer: the catalogue's `prediction` group. */
export type GenerationSettings = {
  [K in SettingKey as (typeof settingCatalogue)[K]['group'] extends 'prediction' ? K : never]: SettingValues[K]
}

const generationKeys = settingKeys.filter((key) => settingOf(key).group === 'prediction')

/** Exactly these settings, each as the catalogue allows it. */
export const GenerationSettings = z.strictObject(
  Object.fromEntries(generationKeys.map((key) => [key, schemaOf(settingOf(key))])),
) as unknown as z.ZodType<GenerationSettings, GenerationSettings>

function schemaOf(definition: SettingDefinition): z.ZodType {
  switch (definition.kind) {
    case 'text':
      return z.string().max(definition.maxCharacters)
    case 'reference':
      return z.string()
    case 'integer':
      return z.number().int().min(definition.min).max(definition.max)
    case 'number':
      return z.number().min(definition.min).max(definition.max)
    case 'boolean':
      return z.boolean()
    case 'choice':
      return z.enum(definition.choices)
  }
}

/** The `prediction` group of a run's settings as generation settings. */
export const generationSettingsOf = (values: SettingValues): GenerationSettings =>
  Object.fromEntries(generationKeys.map((key) => [key, values[key]])) as GenerationSettings
