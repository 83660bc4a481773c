import {
  checkSetting,
  MAX_ANSWER_SECONDS,
  MAX_HISTORY_TURNS,
  settingOf,
  settingTexts,
  type AppError,
  type SettingKey,
} from '../../../core/contract/index.ts'
import { languages, type Language } from '../../../texts/index.ts'
import { predictionKeys } from './prediction.ts'

/** What the window itself keeps: how many turns are sent, and after how many seconds an answer is ended. */
export const askingKeys = ['num_history', 'max_time'] as const
export type AskingKey = (typeof askingKeys)[number]
export const askingBounds: Readonly<Record<AskingKey, { readonly min: number; readonly max: number }>> = {
  num_history: { min: 0, max: MAX_HISTORY_TURNS },
  max_time: { min: 0, max: MAX_ANSWER_SECONDS },
}

type Name = SettingKey | AskingKey

/** What a text begins with: settings that it changes, and the question that is left. */
export type Flags =
  | { readonly kind: 'none' }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly error: AppError }
  | {
      readonly kind: 'changes'
      readonly settings: Readonly<Partial<Record<SettingKey, string | boolean>>>
      readonly asking: Readonly<Partial<Record<AskingKey, number>>>
      readonly question: string
    }

const PREFIX = 'prediction.'

/** The name that H2O LLM Studio gives a setting. */
export const nameOfFlag = (key: Name): string => (key.startsWith(PREFIX) ? key.slice(PREFIX.length) : key)
export const flagKeys: readonly Name[] = [...predictionKeys, ...askingKeys]
export const isAsking = (key: Name): key is AskingKey => (askingKeys as readonly string[]).includes(key)

/** What a flag is called in a language. */
export const labelOfFlag = (key: Name, language: Language): string =>
  isAsking(key) ? languages[language].rooms.chat.asking[key] : settingTexts(key, language).label

const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '')

/** Every name of every flag: H2O's, and the labels in every language without their blanks. */
const names: ReadonlyMap<string, Name> = new Map(
  flagKeys.flatMap((key) =>
    [
      nameOfFlag(key),
      `${PREFIX}${nameOfFlag(key)}`,
      ...(Object.keys(languages) as Language[]).map((language) => labelOfFlag(key, language)),
    ].map((name) => [plain(name), key] as const),
  ),
)

/** True and false as Python writes them, and in the words of every language. */
const wordsOf = (answer: 'yes' | 'no', ...more: readonly string[]): ReadonlySet<string> =>
  new Set([...more, ...Object.values(languages).flatMap(({ rooms }) => rooms.chat.flags[answer].split(' '))])
const YES = wordsOf('yes', 'true', '1')
const NO = wordsOf('no', 'false', '0')

/**
 * Reads the lines that begin with `--` at the head of a text, as H2O's prompt.py does: `--num_beams 4 --top_k 30`. The
 * lines below are a question. A text in quotation marks may hold blanks.
 */
export function parseFlags(text: string): Flags {
  const lines = text.trim().split('\n')
  const isFlags = (line: string): boolean => line.normalize('NFKC').trimStart().startsWith('--')
  const end = lines.findIndex((line) => !isFlags(line))
  const head = end < 0 ? lines : lines.slice(0, end)
  if (head.length === 0) return { kind: 'none' }
  const found = flagsIn(head.join(' '))
  if (found.some(({ name }) => name === 'help')) return { kind: 'help' }
  const settings: Partial<Record<SettingKey, string | boolean>> = {}
  const asking: Partial<Record<AskingKey, number>> = {}
  for (const { name, value } of found) {
    const key = names.get(plain(name))
    if (!key)
      return wrong({ code: 'chat/unknown-setting', facts: { name, known: flagKeys.map(nameOfFlag).join(', ') } })
    const problem = isAsking(key) ? takeAsking(asking, key, value) : takeSetting(settings, key, value)
    if (problem) return wrong(problem)
  }
  return { kind: 'changes', settings, asking, question: end < 0 ? '' : lines.slice(end).join('\n').trim() }
}

const wrong = (error: AppError): Flags => ({ kind: 'wrong', error })

/** `--name value`, `--name=value`, `--name "a value"`, or a name alone. */
function flagsIn(line: string): { readonly name: string; readonly value: string | null }[] {
  const words = [...line.matchAll(/"([^"]*)"|「([^」]*)」|(\S+)/g)].map(([, quoted, bracketed, word]) => ({
    text: quoted ?? bracketed ?? word ?? '',
    isFlag: word !== undefined && word.normalize('NFKC').startsWith('--'),
  }))
  const found: { name: string; value: string | null }[] = []
  for (const { text, isFlag } of words) {
    const last = found.at(-1)
    if (isFlag) {
      const [name = '', value] = text.normalize('NFKC').slice(2).split(/=(.*)/s)
      found.push({ name, value: value ?? null })
    } else if (last) last.value = last.value === null ? text : `${last.value} ${text}`
  }
  return found
}

function takeSetting(
  settings: Partial<Record<SettingKey, string | boolean>>,
  key: SettingKey,
  value: string | null,
): AppError | null {
  const isSwitch = settingOf(key).kind === 'boolean'
  const plainValue = (value ?? '').normalize('NFKC').trim().toLowerCase()
  const given: string | boolean | null = !isSwitch
    ? settingOf(key).kind === 'text'
      ? value
      : (value?.normalize('NFKC').trim() ?? null)
    : value === null || YES.has(plainValue)
      ? true
      : NO.has(plainValue)
        ? false
        : value
  if (given === null) return { code: 'chat/setting-value', facts: { name: nameOfFlag(key) } }
  const problem = checkSetting(key, given)
  if (problem) return { code: problem.code, facts: { ...problem, setting: key } }
  settings[key] = given
  return null
}

function takeAsking(asking: Partial<Record<AskingKey, number>>, key: AskingKey, value: string | null): AppError | null {
  const number = Number((value ?? '').normalize('NFKC'))
  const { min, max } = askingBounds[key]
  if (value === null || value.trim() === '' || !Number.isInteger(number))
    return { code: 'chat/setting-value', facts: { name: key } }
  if (number < min || number > max) return { code: 'chat/setting-range', facts: { name: key, found: number, min, max } }
  asking[key] = number
  return null
}
