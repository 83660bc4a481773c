import { endingOf, type Column } from '../../contract/index.ts'
import { rowReader, type RowTexts } from '../roles.ts'
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
    {
      id: 'jsonl-messages',
      endings: ['jsonl'],
      roles: [['prompt', 'answer'], ['conversation']],
      write: (work) => writeByRole(work, messages),
    },
  ],
  detect: (file) =>
    ENDINGS.includes(endingOf(file.name)) || (endingOf(file.name) !== 'json' && beginsWith(file, OBJECT)),
  read: async (file, given) => openRecords(await sourceOf(file, given), true),
})

function writeByName(work: WritingWork): Promise<void> {
  const columns = distinctColumns(work.columns)
  return writeLines(work, (cells) => byName(cells, columns))
}

/** In the columns' order: an object would put names that are numbers first. */
const byName = (cells: Cells, columns: readonly Column[]): string =>
  `{${columns.flatMap(({ name }, index) => (cells[index] === null ? [] : [`${JSON.stringify(name)}:${JSON.stringify(cells[index])}`])).join(',')}}`

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

/** As OpenAI's fine-tuning has them; a whole conversation stays what it is. */
const messages = ({ prompt, answer, system, conversation }: RowTexts): object =>
  conversation !== undefined
    ? parsedOr(conversation, { conversation })
    : {
        messages: [
          ...(system ? [{ role: 'system', content: system }] : []),
          { role: 'user', content: prompt },
          { role: 'assistant', content: answer },
        ],
      }

/**
 * A conversation's own JSON, under the name that tells its form; `otherwise` where it is none, so that nothing is lost.
 */
function parsedOr(conversation: string, otherwise: object): object {
  try {
    const value: unknown = JSON.parse(conversation)
    return Array.isArray(value)
      ? value.some((turn) => (turn as { from?: unknown } | null)?.from !== undefined)
        ? { conversations: value }
        : { messages: value }
      : otherwise
  } catch {
    return otherwise
  }
}
