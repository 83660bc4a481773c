import type { FileFormats } from '../../contract/import.ts'
import { endingOf, UserError } from '../../contract/index.ts'
import { tableFormats } from './list.ts'
import { packedEndings, unpackedName } from './packed.ts'
import type { TableWriting } from './writing.ts'

/** Archives and packed files are opened by the tables in them; they are no format. */
const ARCHIVE_ENDINGS: readonly string[] = ['zip', ...packedEndings]

/** Endings of tables that can be read, without the dot and each once. */
export const tableEndings: readonly string[] = [...new Set(tableFormats.flatMap(({ endings }) => endings))]

/** Endings of files that can be imported: of tables, and of archives with tables in them. */
export const importEndings: readonly string[] = [...tableEndings, ...ARCHIVE_ENDINGS]

/** Whether a file of this name can hold a table: packed ones by the name of what is in them. */
export function mayHoldTable(name: string): boolean {
  const inside = unpackedName(name)
  const ending = endingOf(inside)
  return tableEndings.includes(ending) || (inside === name && ending === 'zip')
}

/** Every way to write a table, in the formats' order. */
export const tableWritings: readonly TableWriting[] = tableFormats.flatMap(({ writes }) => writes)

/** Throws UserError `setting/choice` where no format is written so. */
export function writingOf(id: string): TableWriting {
  const writing = tableWritings.find((one) => one.id === id)
  if (writing) return writing
  throw new UserError('setting/choice', {
    setting: '--format',
    found: id,
    expected: tableWritings.map((one) => one.id).join(', '),
  })
}

/** Endings of new files, each once: what a table can be written as. */
export const writtenEndings: readonly string[] = [
  ...new Set(tableWritings.flatMap(({ endings }) => endings.slice(0, 1))),
]

/** What the window needs to know of the formats. */
export const describeFormats = (): FileFormats => ({
  importEndings,
  formats: tableFormats.map(({ id, endings, options, writes }) => ({
    id,
    endings,
    options,
    writes: writes.map(({ id, endings: [ending = ''], fileName }) => ({
      id,
      ending,
      ...(fileName !== undefined && { fileName }),
    })),
  })),
})
