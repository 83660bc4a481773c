import { endingOf, MAX_COLUMNS, UserError } from '../../contract/index.ts'
import { pause } from './contents.ts'
import { delimiterHint, detectDelimiter, parseDelimited } from './delimited.ts'
import { delimitedWritings } from './delimited-writings.ts'
import { decodePieces, decodeText, judgeEncoding } from './encoding.ts'
import { defineFormat, withHeader, type Cells, type FileContents } from './table-format.ts'

/** The delimiter is looked for in so much of a file. */
const BEGINNING_BYTES = 1 << 18

/** CSV, TSV and their like, in every encoding that Japanese files come in. */
export const csv = defineFormat({
  id: 'csv',
  endings: ['csv', 'tsv', 'txt'],
  options: ['encoding', 'delimiter', 'hasHeader', 'skipRows'],
  writes: delimitedWritings,
  takesAnyText: true,
  detect: () => true,
  async read(file, given) {
    const { encoding, confidence } = await judgeEncoding(file, given.encoding)
    const beginning = decodeText(file.beginning.subarray(0, BEGINNING_BYTES), encoding)
    const hint = delimiterHint(beginning)
    const text = () => piecesAfter(decodePieces(file.pieces(), encoding), hint?.length ?? 0)
    if (beginning.trim() === '' && (await isBlank(text())))
      throw new UserError('dataset/file-empty', { file: file.name })
    const delimiter =
      given.delimiter ?? hint?.delimiter ?? (endingOf(file.name) === 'tsv' ? '\t' : detectDelimiter(beginning))
    const hasHeader = given.hasHeader ?? true
    const skipRows = given.skipRows ?? 0
    return {
      options: { encoding, delimiter, hasHeader, skipRows },
      encodingConfidence: confidence,
      portions: () => withHeader(filled(text(), delimiter, file), hasHeader, skipRows),
      share: () => file.bytesRead() / file.size,
    }
  },
})

async function isBlank(text: AsyncIterable<string>): Promise<boolean> {
  for await (const piece of text) if (piece.trim() !== '') return false
  return true
}

/** The pieces without the first characters, which the first piece holds. */
async function* piecesAfter(pieces: AsyncIterable<string>, length: number): AsyncGenerator<string> {
  let skipped = length
  for await (const piece of pieces) {
    yield piece.slice(skipped)
    skipped = 0
  }
}

async function* filled(
  text: AsyncIterable<string>,
  delimiter: string,
  file: FileContents,
): AsyncGenerator<readonly Cells[]> {
  let isFirst = true
  for await (const rows of parseDelimited(text, delimiter, file.name)) {
    const width = rows[0]?.length ?? 0
    if (isFirst && width > MAX_COLUMNS)
      throw new UserError('dataset/too-many-columns', { file: file.name, found: width, limit: MAX_COLUMNS })
    isFirst = false
    // A blank line is no row.
    yield rows.filter((row) => row.length > 1 || row[0] !== null)
    await pause()
  }
}
