import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { ImportOptions } from '../contract/import.ts'
import { openTable } from '../datasets/formats/index.ts'
import { createStore } from '../datasets/import.ts'
import type { DatasetStore } from '../datasets/store.ts'
import { language } from '../host/sentence.ts'
import { noteSentence } from '../../texts/sentences.ts'
import { parseArguments, type Arguments } from './arguments.ts'

const VALUES = ['encoding', 'delimiter', 'sheet', 'entry', 'skip-rows', 'conversations'] as const
const FLAGS = ['no-header'] as const

const encodings: Readonly<Record<string, string>> = {
  utf8: 'utf-8',
  sjis: 'shift_jis',
  'shift-jis': 'shift_jis',
  cp932: 'shift_jis',
  euc_jp: 'euc-jp',
  jis: 'iso-2022-jp',
}
const delimiters: Readonly<Record<string, string>> = { comma: ',', tab: '\t', '\\t': '\t', semicolon: ';', bar: '|' }

export interface TableArguments extends Arguments {
  /** How the file is read, as far as the command line says. */
  readonly reading: ImportOptions
}

/**
 * Takes `--encoding --delimiter --sheet --entry --skip-rows --conversations --no-header` and the command's own options
 * and flags out of a command line;
 * `rest` is what else there is. Throws UserError `cli/usage` for an unknown option, `setting/choice` for a value that
 * does not exist.
 */
export function parseTableArguments(
  args: readonly string[],
  options: readonly string[] = [],
  flags: readonly string[] = [],
): TableArguments {
  const parsed = parseArguments(args, [...VALUES, ...options], [], [...FLAGS, ...flags])
  const unknown = parsed.rest.find((argument) => argument.startsWith('--'))
  if (unknown !== undefined) throw new UserError('cli/usage', { problem: unknown })
  return { ...parsed, reading: readingOf(parsed) }
}

function readingOf({ options, flags }: Arguments): ImportOptions {
  const { encoding, delimiter, sheet, entry, conversations, 'skip-rows': skipRows } = options
  const given = {
    encoding: encoding && (encodings[encoding.toLowerCase()] ?? encoding.toLowerCase()),
    delimiter: delimiter && (delimiters[delimiter] ?? delimiter),
    sheet,
    entry,
    conversations,
    skipRows: skipRows === undefined ? undefined : Number(skipRows),
    hasHeader: flags.has('no-header') ? false : undefined,
  }
  const result = ImportOptions.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  )
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const setting = issue?.path[0] === 'skipRows' ? 'skip-rows' : String(issue?.path[0])
  throw new UserError('setting/choice', {
    setting: `--${setting}`,
    found: options[setting] ?? '',
    expected:
      issue?.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)).join(', ') : '0–1000',
  })
}

/**
 * Reads a file into a dataset of its own that is removed after `work`: nothing is kept, no library is needed.
 * Throws UserError for what is no table, and `setting/choice` for a sheet or entry that is not there; Ctrl+C aborts the
 * signal, which throws an AbortError.
 */
export async function withTable<T>(
  file: string,
  reading: ImportOptions,
  work: (store: DatasetStore, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const table = await openTable(file, reading)
  requireChoice('sheet', reading.sheet, table.sheets)
  requireChoice('entry', reading.entry, table.entries)
  for (const note of table.notes ?? []) console.error(noteSentence(note, language()))
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-data-'))
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  process.once('SIGINT', interrupt)
  try {
    const store = await createStore(join(folder, 'table.duckdb'), untilAborted(table.rows(), interruption.signal), {
      name: basename(file, extname(file)),
      language: language(),
    })
    try {
      return await work(store, interruption.signal)
    } finally {
      store.close()
    }
  } finally {
    process.off('SIGINT', interrupt)
    await rm(folder, { recursive: true, force: true })
  }
}

async function* untilAborted<T>(rows: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const row of rows) {
    signal.throwIfAborted()
    yield row
  }
}

function requireChoice(
  name: 'sheet' | 'entry',
  wanted: string | undefined,
  found: readonly string[] | undefined,
): void {
  if (wanted !== undefined && found && !found.includes(wanted))
    throw new UserError('setting/choice', { setting: `--${name}`, found: wanted, expected: found.join(', ') })
}
