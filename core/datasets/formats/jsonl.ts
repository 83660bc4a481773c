import { endingOf } from '../../contract/index.ts'
import { writeAtomic } from '../../files/atomic.ts'
import { rowReader, type RowTexts } from '../roles.ts'
import { BESIDE, conversationRecord } from './conversation-record.ts'
import { conversationsIn } from './conversation-rows.ts'
import { beginsWith, openRecords, recordOptions, sourceOf } from './records.ts'
import { defineFormat, type Cells } from './table-format.ts'
import { distinctColumns, writeLines, type WritingWork } from './writing.ts'

const ENDINGS: readonly string[] = ['jsonl', 'ndjson']

/** An object whose first key is there, or an empty one. */
const OBJECT = /^\{\s*("[^"\\]*(\\.[^"\\]*)*"\s*:|\})/

/** One JSON object a line: alpaca, OpenAI messages, ShareGPT, or any keys. */
export const jsonl = defineFormat({
  id: 'jsonl',
  endings: ENDINGS,
  options: recordOptions,
  writes: [
    { id: 'jsonl', endings: ENDINGS, write: writeByName },
    {
      id: 'jsonl-alpaca',
      endings: ['jsonl'],
      roles: [['prompt', 'answer']],
      write: (work) => writeByRole(work, alpaca),
    },
    { id: 'jsonl-messages', endings: ['jsonl'], roles: [['prompt', 'answer'], ['conversation']], write: writeMessages },
  ],
  detect: (file) =>
    ENDINGS.includes(endingOf(file.name)) || (endingOf(file.name) !== 'json' && beginsWith(file, OBJECT)),
  read: async (file, given) => openRecords(await sourceOf(file, given), true),
})

function writeByName(work: WritingWork): Promise<void> {
  const columns = distinctColumns(work.columns).map(({ id, name, role }) => ({
    key: JSON.stringify(name),
    holdsJson: role === 'conversation' || work.structured.has(id),
  }))
  return writeLines(work, (cells) => byName(cells, columns))
}

/** In the columns' order: an object would put names that are numbers first. */
const byName = (cells: Cells, columns: readonly { readonly key: string; readonly holdsJson: boolean }[]): string =>
  `{${columns
    .flatMap(({ key, holdsJson }, index) => {
      const cell = cells[index] ?? null
      return cell === null ? [] : [`${key}:${(holdsJson ? jsonIn(cell) : null) ?? JSON.stringify(cell)}`]
    })
    .join(',')}}`

/** A cell that is a list or an object, in one line; null for other texts. */
function jsonIn(cell: string): string | null {
  const text = cell.trim()
  if (!/^[[{]/.test(text)) return null
  try {
    const value: unknown = JSON.parse(text)
    return /[\r\n]/.test(text) ? JSON.stringify(value) : text
  } catch {
    return null
  }
}

function writeByRole(work: WritingWork, recordOf: (texts: RowTexts) => object): Promise<void> {
  const read = rowReader(work.columns)
  return writeLines(work, (cells) => JSON.stringify(recordOf(read(cells))))
}

/** As alpaca has them. */
const alpaca = ({ prompt, answer, system }: RowTexts): object => ({
  instruction: prompt,
  input: '',
  output: answer,
  ...(system ? { system } : {}),
})

/** As OpenAI's fine-tuning has them, conversations over several rows as one. */
function writeMessages(work: WritingWork): Promise<void> {
  const read = rowReader(work.columns)
  const places = BESIDE.map((name) => [name, work.columns.findIndex((column) => column.name.trim() === name)] as const)
  const lineOf = (rows: readonly Cells[]) => {
    const beside = Object.fromEntries(places.map(([name, place]) => [name, rows[0]?.[place] ?? null]))
    return JSON.stringify(conversationRecord(rows.map(read), beside))
  }
  if (!work.columns.some(({ role }) => role === 'parent')) return writeLines(work, (cells) => lineOf([cells]))
  return writeAtomic(work.target, async (file) => {
    for await (const rows of conversationsIn(() => work.rows(), read)) await file.writeFile(`${lineOf(rows)}\n`)
  })
}
