import { access, constants, stat } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { endingOf, PathToWrite, UserError } from '../contract/index.ts'
import { exportTable } from '../datasets/export.ts'
import { tableWritings, writingOf } from '../datasets/formats/registry.ts'
import type { TableWriting } from '../datasets/formats/writing.ts'
import type { DatasetStore } from '../datasets/store.ts'
import { parseTableArguments, withTable } from './data-table.ts'
import { text } from './print.ts'

/**
 * `terakoya data convert IN OUT [--format …] [--out-encoding cp932] [--no-bom] [--json]` and the options of
 * `parseTableArguments`.
 */
export async function convertCommand(args: readonly string[]): Promise<number> {
  const { options, flags, reading, rest } = parseTableArguments(args, ['format', 'out-encoding'], ['no-bom', 'json'])
  const [source, target, ...others] = rest
  if (source === undefined || target === undefined || others.length > 0)
    throw new UserError('cli/usage', { problem: 'data convert' })
  const writing = writingFor(target, options['format'], options['out-encoding'])
  await checkTarget(source, target)
  const rowCount = await withTable(source, reading, async (store, { signal }) => {
    await requireRoles(store, writing, source)
    return exportTable(store, {
      target: PathToWrite.parse(resolve(target)),
      format: writing.id,
      byteOrderMark: !flags.has('no-bom'),
      signal,
    })
  })
  console.log(
    flags.has('json')
      ? JSON.stringify({ file: resolve(target), format: writing.id, rowCount })
      : text('converted', { file: target, rows: rowCount }),
  )
  return 0
}

/** The writing that is named, else the first of the file's ending; in another encoding where one is named. */
function writingFor(target: string, named: string | undefined, encoding: string | undefined): TableWriting {
  const ending = endingOf(target)
  const writing = named === undefined ? tableWritings.find(({ endings }) => endings.includes(ending)) : writingOf(named)
  if (!writing)
    throw new UserError('cli/unknown-ending', {
      file: basename(target),
      known: [...new Set(tableWritings.flatMap(({ endings }) => endings))].join(', '),
    })
  return encoding === undefined ? writing : inEncoding(writing, encoding)
}

const encodingNames: Readonly<Record<string, string>> = { utf8: 'utf-8', shift_jis: 'cp932', sjis: 'cp932' }

function inEncoding(writing: TableWriting, encoding: string): TableWriting {
  const wanted = encodingNames[encoding.toLowerCase()] ?? encoding.toLowerCase()
  if (wanted === 'utf-8') return writing
  const others = tableWritings.filter((one) => one === writing || one.encoding?.of === writing.id)
  const names = others.flatMap((one) => one.encoding?.name ?? [])
  const found = others.find((one) => one.encoding?.name === wanted)
  if (!found) throw choiceError('--out-encoding', encoding, ['utf-8', ...names])
  return found
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

/** Throws UserError `cli/columns-missing` where the rows are made by the columns' roles and would be empty. */
async function requireRoles(store: DatasetStore, { roles }: TableWriting, source: string): Promise<void> {
  const columns = await store.columns()
  if (!roles || roles.some((all) => all.every((role) => columns.some((column) => column.role === role)))) return
  throw new UserError('cli/columns-missing', {
    file: basename(source),
    found: columns.map(({ name }) => name).join(', '),
  })
}
