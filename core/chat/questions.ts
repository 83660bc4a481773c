import { UserError } from '../contract/errors.ts'
import type { ExperimentRecord } from '../runs/record-file.ts'
import { experimentFiles } from '../runs/store.ts'
import { firstConversations } from '../samples/sample-files.ts'

/** So many rows are looked at, and so many different questions given. */
const MAX_ROWS = 200
const MAX_QUESTIONS = 6
/** A longer one is no suggestion. */
const MAX_CHARACTERS = 120

/** Different questions of the rows that a run was trained and validated on: the first of each conversation. */
export async function questionsOf(record: ExperimentRecord & { readonly folder: string }) {
  const { trainRows, validationRows } = experimentFiles(record.folder)
  const train = await questionsIn(trainRows, record, [])
  return { train, validation: await questionsIn(validationRows, record, train) }
}

async function questionsIn(file: string, { settings }: ExperimentRecord, known: readonly string[]): Promise<string[]> {
  const conversations = await firstConversations(file, settings, MAX_ROWS).catch((error: unknown) => {
    // An adapter from elsewhere has no rows.
    if (error instanceof UserError) return []
    throw error
  })
  const first = conversations.map(({ history, prompt }) => (history?.[0]?.prompt ?? prompt).trim())
  const short = first.filter((question) => question !== '' && question.length <= MAX_CHARACTERS)
  return [...new Set(short)].filter((question) => !known.includes(question)).slice(0, MAX_QUESTIONS)
}
