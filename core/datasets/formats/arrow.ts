import { endingOf, UserError } from '../../contract/index.ts'
import { isBigEndian } from './arrow-schema.ts'
import { arrowText, isExactInterval, isStructured } from './arrow-values.ts'
import { inPortions } from './portions.ts'
import { defineFormat, type Cells, type FileContents } from './table-format.ts'
import { requireSmallWindow } from './zstd.ts'

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
  detect: (file) =>
    startsWith(file, FILE) ||
    (ENDINGS.includes(endingOf(file.name)) && (startsWith(file, STREAM) || isOldStream(file))),
  async read(file) {
    const table = await tableOf(file)
    let row = 0
    return {
      options: {},
      structured: table.schema.fields.flatMap(({ name, type }) => (isStructured(type) ? [name] : [])),
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

/** Before Arrow 0.15 a stream began with the length of its first message. */
const isOldStream = ({ beginning: [low = 0, middle = 0, high, highest] }: FileContents): boolean =>
  low + middle > 0 && high === 0 && highest === 0

async function tableOf(file: FileContents) {
  const { CompressionType, setCompressionCodec, tableFromIPC } = await import('@uwdata/flechette')
  const [lz4, { decompress }] = await Promise.all([import('lz4js'), import('fzstd')])
  setCompressionCodec(CompressionType.LZ4_FRAME, {
    encode: (bytes) => lz4.compress(bytes),
    decode: (bytes) => aligned(lz4.decompress(bytes)),
  })
  setCompressionCodec(CompressionType.ZSTD, {
    encode: (bytes) => bytes,
    decode: (bytes) => {
      requireSmallWindow(bytes)
      return aligned(decompress(bytes))
    },
  })
  const bytes = aligned(await file.whole())
  if (isBigEndian(bytes)) throw new UserError('dataset/arrow-big-endian', { file: file.name })
  try {
    return tableFromIPC(bytes, { useBigInt: true, useBigIntTimestamp: true, useDecimalInt: true })
  } catch {
    throw damage(file)
  }
}

const ALIGNMENT = 8

/** Numbers are read in place: where they do not lie at multiples of their size, the bytes are moved. */
const aligned = (bytes: Uint8Array): Uint8Array => (bytes.byteOffset % ALIGNMENT === 0 ? bytes : Uint8Array.from(bytes))

/** The library reads the nanoseconds of an interval as a number, and refuses those that a number does not keep. */
function valueAt(column: import('@uwdata/flechette').Column<unknown>, row: number): unknown {
  if (!isExactInterval(column.type)) return column.at(row)
  let at = row
  for (const batch of column.data) {
    if (at < batch.length) {
      const { buffer, byteOffset } = batch.values as Uint8Array
      const view = new DataView(buffer, byteOffset + at * INTERVAL_BYTES, INTERVAL_BYTES)
      const isThere = batch.nullCount === 0 || batch.isValid(at)
      return isThere ? [view.getInt32(0, true), view.getInt32(4, true), view.getBigInt64(8, true)] : null
    }
    at -= batch.length
  }
  return null
}

const INTERVAL_BYTES = 16

const damage = ({ name }: FileContents) => new UserError('dataset/arrow-damaged', { file: name })

function* rowsOf(
  table: import('@uwdata/flechette').Table,
  { file, onRow }: { readonly file: FileContents; onRow(row: number): void },
): Generator<Cells> {
  yield table.names
  const columns = table.names.map((name, index) => ({ name, column: table.getChildAt(index) }))
  for (let row = 0; row < table.numRows; row++) {
    onRow(row)
    file.throwIfCancelled()
    yield columns.map(({ name, column }) => {
      try {
        return arrowText(column.type, valueAt(column, row))
      } catch {
        // A column's values are looked at here for the first time.
        throw new UserError('dataset/arrow-value', { file: file.name, row: row + 1, column: name })
      }
    })
  }
}
