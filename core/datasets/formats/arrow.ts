import { endingOf, UserError } from '../../contract/index.ts'
import { inPortions } from './portions.ts'
import { defineFormat, type Cells, type FileContents } from './table-format.ts'

/** An Arrow IPC file begins so; a stream's first message has a mark of its own. */
const FILE = [0x41, 0x52, 0x52, 0x4f, 0x57, 0x31]
const STREAM = [0xff, 0xff, 0xff, 0xff]
const ENDINGS: readonly string[] = ['arrow', 'arrows', 'feather', 'ipc']

/**
 * Arrow IPC files and streams (Feather 2, Hugging Face's caches), plain or compressed by LZ4 or zstd; lists and
 * structures become JSON.
 */
export const arrow = defineFormat({
  id: 'arrow',
  endings: ENDINGS,
  options: [],
  writes: [],
  detect: (file) => startsWith(file, FILE) || (startsWith(file, STREAM) && ENDINGS.includes(endingOf(file.name))),
  async read(file) {
    const table = await tableOf(file)
    let row = 0
    return {
      options: {},
      portions: () =>
        inPortions(
          rowsOf(table, {
            file,
            onRow: (at) => {
              row = at
            },
          }),
        ),
      share: () => row / table.numRows,
    }
  },
})

const startsWith = ({ beginning }: FileContents, mark: readonly number[]): boolean =>
  mark.every((byte, index) => beginning[index] === byte)

async function tableOf(file: FileContents) {
  const { CompressionType, setCompressionCodec, tableFromIPC } = await import('@uwdata/flechette')
  const [lz4, { decompress }] = await Promise.all([import('lz4js'), import('fzstd')])
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    encode: (bytes) => lz4.compress(bytes),
    decode: (bytes) => lz4.decompress(bytes),
  })
  setCompressionCodec(CompressionType.ZSTD, { encode: (bytes) => bytes, decode: (bytes) => decompress(bytes) })
  const bytes = await file.whole()
  try {
    return tableFromIPC(bytes, { useBigInt: true, useDate: true })
  } catch {
    throw damage(file)
  }
}

const damage = ({ name }: FileContents) => new UserError('dataset/arrow-damaged', { file: name })

function* rowsOf(
  table: import('@uwdata/flechette').Table,
  { file, onRow }: { readonly file: FileContents; onRow(row: number): void },
): Generator<Cells> {
  yield table.names
  const columns = table.names.map((_, index) => table.getChildAt(index))
  for (let row = 0; row < table.numRows; row++) {
    onRow(row)
    file.throwIfCancelled()
    yield cellsOf(columns, row, file)
  }
}

/** A column's values are looked at here for the first time. */
function cellsOf(
  columns: readonly import('@uwdata/flechette').Column<unknown>[],
  row: number,
  file: FileContents,
): Cells {
  try {
    return columns.map((column) => textOf(column.at(row)))
  } catch {
    throw damage(file)
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return value
  if (value instanceof Date)
    return value
      .toISOString()
      .replace(/T00:00:00\.000Z$/, '')
      .replace('T', ' ')
      .replace(/(\.000)?Z$/, '')
  if (typeof value === 'object') return JSON.stringify(value, plain)
  return String(value as number | bigint | boolean)
}

/** Lists are typed arrays or the library's own columns; numbers too long for JSON become texts. */
const plain = (_: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value !== null && typeof value === 'object' && !Array.isArray(value) && Symbol.iterator in value)
    return [...(value as Iterable<unknown>)]
  return value
}
