import { access, constants, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { endingOf, ExportFormat, PathToWrite, UserError, type ColumnRole } from '../contract/index.ts'
import { exportTable } from '../datasets/export.ts'
import type { DatasetStore } from '../datasets/store.ts'
import { parseTableArguments, withTable } from './data-table.ts'
import { text } from './print.ts'

const endings: Readonly<Record<string, ExportFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  xlsx: 'xlsx',
  numbers: 'numbers',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  parquet: 'parquet',
  pq: 'parquet',
}

/** Formats whose rows are made by the columns' roles. */
const BY_ROLE: readonly ExportFormat[] = ['jsonl-alpaca', 'jsonl-messages', 'csv-h2o']

/**
 * `terakoya data convert IN OUT [--format …] [--out-encoding cp932] [--no-bom] [--json]` and the options of
 * `parseTableArguments`.
 */
export async function convertCommand(args: readonly string[]): Promise<number> {
  const { options, flags, reading, rest } = parseTableArguments(args, ['format', 'out-encoding'], ['no-bom', 'json'])
  const [source, target, ...others] = rest
  if (source === undefined || target === undefined || others.length > 0)
    throw new UserError('cli/usage', { problem: 'data convert' })
  const format = formatOf(target, options['format'], options['out-encoding'])
  await checkTarget(source, target)
  const rowCount = await withTable(source, reading, async (store, signal) => {
    if (BY_ROLE.includes(format)) await requireRoles(store, format, source)
    return exportTable(store, {
      target: PathToWrite.parse(resolve(target)),
      format,
      byteOrderMark: !flags.has('no-bom'),
      signal,
    })
  })
  console.log(
    flags.has('json')
      ? JSON.stringify({ file: resolve(target), format, rowCount })
      : text('converted', { file: target, rows: rowCount }),
  )
  return 0
}

/** The format that is named, else that of the file's ending; `--out-encoding cp932` is for CSV. */
function formatOf(target: string, named: string | undefined, encoding: string | undefined): ExportFormat {
  const parsed = ExportFormat.safeParse(named ?? endings[endingOf(target)])
  if (!parsed.success && named !== undefined) throw choiceError('--format', named, ExportFormat.options)
  if (!parsed.success)
    throw new UserError('cli/unknown-ending', {
      file: basename(target),
      known: [...new Set(Object.keys(endings))].join(', '),
    })
  if (encoding === undefined || ['utf-8', 'utf8'].includes(encoding.toLowerCase())) return parsed.data
  if (!['cp932', 'shift_jis', 'sjis'].includes(encoding.toLowerCase()))
    throw choiceError('--out-encoding', encoding, ['utf-8', 'cp932'])
  if (!['csv', 'csv-cp932'].includes(parsed.data)) throw choiceError('--out-encoding', encoding, ['utf-8'])
  return 'csv-cp932'
}

const choiceError = (setting: string, found: string, expected: readonly string[]): UserError =>
  new UserError('setting/choice', { setting, found, expected: expected.join(', ') })

/**
 * Throws UserError `cli/same-file` where the target is the file that is read (by another name too), `cli/unwritable`
 * where it cannot be made.
 */
async function checkTarget(source: string, target: string): Promise<void> {
  const [read, written] = await Promise.all(
    [source, target].map((file) => stat(file, { bigint: true }).catch(() => null)),
  )
  if (read && written && read.dev === written.dev && read.ino === written.ino)
    throw new UserError('cli/same-file', { file: basename(target) })
  const isWritable = await access(dirname(resolve(target)), constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!isWritable || written?.isDirectory()) throw new UserError('cli/unwritable', { file: target })
}

/** Throws UserError `cli/columns-missing` where the rows would be empty. */
async function requireRoles(store: DatasetStore, format: ExportFormat, source: string): Promise<void> {
  const columns = await store.columns()
  const has = (role: ColumnRole) => columns.some((column) => column.role === role)
  if (has('prompt') && has('answer')) return
  if (format === 'jsonl-messages' && has('conversation')) return
  throw new UserError('cli/columns-missing', {
    file: basename(source),
    found: columns.map(({ name }) => name).join(', '),
  })
}
