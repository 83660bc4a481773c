import { UserError } from '../../contract/index.ts'
import { writeAtomic } from '../../files/atomic.ts'
import { rowReader } from '../roles.ts'
import { encodeCp932 } from './cp932.ts'
import { formatHeader, formatRow } from './delimited.ts'
import type { Cells } from './table-format.ts'
import { writeLines, type TableWriting, type WritingWork } from './writing.ts'

const namesOf = ({ columns }: WritingWork): string[] => columns.map(({ name }) => name)

const writeDelimited = (work: WritingWork, delimiter: string): Promise<void> => {
  const mark = work.byteOrderMark ? '\ufeff' : ''
  const header = `${mark}${formatHeader(namesOf(work), delimiter)}\r\n`
  return writeLines(work, (cells) => `${formatRow(cells, delimiter)}\r`, header)
}

/** For old Japanese programs. A character that CP932 lacks is named with its place; nothing is written then. */
const writeCp932 = (work: WritingWork): Promise<void> =>
  writeAtomic(work.target, async (file) => {
    const names = namesOf(work)
    const write = async (line: string, cells: Cells, row: number) => {
      const encoded = encodeCp932(`${line}\r\n`)
      if ('bytes' in encoded) return file.writeFile(encoded.bytes)
      const column = cells.findIndex((cell) => cell?.includes(encoded.missing))
      throw new UserError('dataset/not-in-cp932', { row, column: names[column] ?? '', character: encoded.missing })
    }
    await write(formatHeader(names, ','), names, 0)
    let row = 0
    for await (const portion of work.rows())
      for (const cells of portion) await write(formatRow(cells, ','), cells, ++row)
  })

/** Prompts and answers by the columns' roles, in UTF-8 without a byte order mark, with LF. */
const writeH2o = (work: WritingWork): Promise<void> => {
  const read = rowReader(work.columns)
  const lineOf = (cells: Cells) => {
    const { prompt, answer } = read(cells)
    return formatRow([prompt, answer], ',')
  }
  return writeLines(work, lineOf, 'instruction,output\n')
}

/** CSV and TSV as Excel reads them, CSV for old Japanese programs, and H2O LLM Studio's own two columns. */
export const delimitedWritings: readonly TableWriting[] = [
  { id: 'csv', endings: ['csv'], write: (work) => writeDelimited(work, ',') },
  { id: 'tsv', endings: ['tsv'], write: (work) => writeDelimited(work, '\t') },
  { id: 'csv-cp932', endings: ['csv'], encoding: { name: 'cp932', of: 'csv' }, write: writeCp932 },
  {
    id: 'csv-h2o',
    endings: ['csv'],
    fileName: 'converted_dataset.csv',
    roles: [['prompt', 'answer']],
    write: writeH2o,
  },
]
