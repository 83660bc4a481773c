import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../contract/index.ts'
import { ImportOptions, type ImportNote } from '../contract/import.ts'
import type { Cells } from '../datasets/formats/cells.ts'
import { openTable, type OpenedTable } from '../datasets/formats/index.ts'
import { tableName } from '../datasets/formats/packed.ts'
import { createStore } from '../datasets/import.ts'
import type { DatasetStore } from '../datasets/store.ts'
import { UnreadableCharacters } from '../datasets/unreadable.ts'
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

/** What is said of a file that was read, and the end that the user sets. */
export interface TableReading {
  readonly notes: readonly ImportNote[]
  readonly signal: AbortSignal
}

/**
 * Reads a file into a dataset of its own that is removed after `work`: nothing is kept, no library is needed.
 * Throws UserError for what is no table, and `setting/choice` for a sheet or entry that is not there; Ctrl+C aborts the
 * signal, which throws an AbortError.
 */
export async function withTable<T>(
  file: string,
  reading: ImportOptions,
  work: (store: DatasetStore, reading: TableReading) => Promise<T>,
): Promise<T> {
  const table = await openTable(file, reading)
  requireChoice('sheet', reading.sheet, table.sheets)
  requireChoice('entry', reading.entry, table.entries)
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-data-'))
  const interruption = new AbortController()
  const interrupt = () => interruption.abort()
  process.once('SIGINT', interrupt)
  try {
    const unreadable = new UnreadableCharacters({ fits: table.encodingConfidence !== 0 })
    const rows = watchedRows(table, unreadable, interruption.signal)
    const store = await createStore(join(folder, 'table.duckdb'), rows, {
      name: tableName(file),
      language: language(),
      structured: table.structured,
    })
    try {
      const notes = [...(table.notes ?? []), ...unreadable.notes()]
      for (const note of notes) console.error(noteSentence(note, language()))
      return await work(store, { notes, signal: interruption.signal })
    } finally {
      store.close()
    }
  } finally {
    process.off('SIGINT', interrupt)
    await rm(folder, { recursive: true, force: true })
  }
}

async function* watchedRows(
  table: OpenedTable,
  unreadable: UnreadableCharacters,
  signal: AbortSignal,
): AsyncGenerator<Cells> {
  for await (const row of table.rows()) {
    signal.throwIfAborted()
    unreadable.add(row)
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
