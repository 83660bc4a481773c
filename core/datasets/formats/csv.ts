import { UserError } from '../../contract/index.ts'
import { decodeText, detectEncoding, encodingConfidence } from './encoding.ts'
import { detectDelimiter, parseDelimited } from './delimited.ts'
import { endingOf, withHeader, type Cells, type TableFormat } from './table-format.ts'

const MAX_COLUMNS = 1000

/** CSV, TSV and their like, in every encoding that Japanese files come in. */
export const csv: TableFormat = {
  id: 'csv',
  extensions: ['csv', 'tsv', 'txt'],
  detect: () => true,
  open(file, given) {
    const encoding = given.encoding ?? detectEncoding(file.bytes)
    const text = decodeText(file.bytes, encoding)
    if (text.trim() === '') throw new UserError('dataset/file-empty', { file: file.name })
    const delimiter = given.delimiter ?? (endingOf(file.name) === 'tsv' ? '\t' : detectDelimiter(text))
    const hasHeader = given.hasHeader ?? true
    return Promise.resolve({
      options: { encoding, delimiter, hasHeader },
      encodingConfidence: encodingConfidence(file.bytes, encoding),
      rows: () => withHeader(filled(text, delimiter, file.name), hasHeader),
    })
  },
}

async function* filled(text: string, delimiter: string, file: string): AsyncGenerator<Cells> {
  let isFirst = true
  for await (const row of parseDelimited(text, delimiter, file)) {
    if (isFirst && row.length > MAX_COLUMNS) throw new UserError('dataset/too-many-columns', { file, found: row.length, limit: MAX_COLUMNS })
    isFirst = false
    // A blank line is no row.
    if (row.length > 1 || row[0] !== null) yield row
  }
}
