import { parse, YAMLParseError } from 'yaml'
import { settingKeys, UserError, type SettingValues } from '../contract/index.ts'

type Nested = Record<string, Record<string, unknown>>

/** `{ 'training.epochs': 50 }` → `{ training: { epochs: 50 } }`, groups in the catalogue's order. */
export function nestSettings(values: SettingValues): Nested {
  const nested: Nested = {}
  for (const key of settingKeys) {
    const [group, name] = splitKey(key)
    ;(nested[group] ??= {})[name] = values[key]
  }
  return nested
}

/**
 * The reverse of `nestSettings` for anything read from a file: two levels of names, unchecked values. Throws UserError
 * where it is not such a table.
 */
export function flattenSettings(nested: unknown, file: string): Record<string, unknown> {
  if (!isTable(nested)) throw new UserError('settings-file/not-a-table', { file })
  const flat: Record<string, unknown> = {}
  for (const [group, entries] of Object.entries(nested)) {
    if (!isTable(entries)) throw new UserError('settings-file/not-a-group', { file, group })
    for (const [name, value] of Object.entries(entries)) flat[`${group}.${name}`] = value
  }
  return flat
}

/** Reads a YAML text of settings. Throws UserError with the line where it cannot be parsed. */
export function parseSettingsYaml(text: string, file: string): Record<string, unknown> {
  try {
    return flattenSettings(parse(text), file)
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError('settings-file/syntax', { file, line: lineOf(error, text) })
  }
}

/** Where the error is. One of an alias that nothing stands for, or of too many, has no place: that of the first alias. */
const lineOf = (error: unknown, text: string): number =>
  (error instanceof YAMLParseError ? error.linePos?.[0].line : undefined) ??
  text.slice(0, Math.max(0, text.search(/(?:^|[\s[{,:-])\*\S/))).split('\n').length

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function splitKey(key: string): [string, string] {
  const dot = key.indexOf('.')
  return [key.slice(0, dot), key.slice(dot + 1)]
}
