import { UserError } from '../../contract/index.ts'
import { decodePieces, decodeText, detectEncoding, encodingConfidence } from './encoding.ts'
import { delimiterHint, detectDelimiter, parseDelimited } from './delimited.ts'
import { endingOf, withHeader, type Cells, type TableFormat } from './table-format.ts'

const MAX_COLUMNS = 1000
/** The delimiter is looked for in so much of a file. */
const BEGINNING_BYTES = 1 << 18

/** CSV, TSV and their like, in every encoding that Japanese files come in. */
export const csv: TableFormat = {
  id: 'csv',
  extensions: ['csv', 'tsv', 'txt'],
  detect: () => true,
  open(file, given) {
    const encoding = given.encoding ?? detectEncoding(file.bytes)
    const beginning = decodeText(file.bytes.subarray(0, BEGINNING_BYTES), encoding)
    if (beginning.trim() === '' && decodeText(file.bytes, encoding).trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
    const hint = delimiterHint(beginning)
    const delimiter = given.delimiter ?? hint?.delimiter ?? (endingOf(file.name) === 'tsv' ? '\t' : detectDelimiter(beginning))
    const hasHeader = given.hasHeader ?? true
    const skipRows = given.skipRows ?? 0
    const rows = () => filled(piecesAfter(decodePieces(file.bytes, encoding), hint?.length ?? 0), delimiter, file.name)
    return Promise.resolve({
      options: { encoding, delimiter, hasHeader, skipRows },
      encodingConfidence: encodingConfidence(file.bytes, encoding),
      rows: () => withHeader(rows(), hasHeader, skipRows),
    })
  },
}

/** The pieces without the first characters, which the first piece holds. */
function* piecesAfter(pieces: Iterable<string>, length: number): Generator<string> {
  let skipped = length
  for (const piece of pieces) {
    yield piece.slice(skipped)
    skipped = 0
  }
}

async function* filled(text: Iterable<string>, delimiter: string, file: string): AsyncGenerator<Cells> {
  let isFirst = true
  for await (const row of parseDelimited(text, delimiter, file)) {
    if (isFirst && row.length > MAX_COLUMNS) throw new UserError('dataset/too-many-columns', { file, found: row.length, limit: MAX_COLUMNS })
    isFirst = false
    // A blank line is no row.
    if (row.length > 1 || row[0] !== null) yield row
  }
}
