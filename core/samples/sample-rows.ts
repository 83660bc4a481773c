// From the rows of a run's file to conversations: cells with a whole conversation, rows that answer to each other, rows
// by themselves.
import { chainsOf, type ChainIssue } from './sample-chains.ts'
import type { Conversation, Turn } from './sample-format.ts'
import { readConversation, type ConversationIssue, type Turns } from './sample-messages.ts'

/** One row as the host writes it into the experiment's folder; `rowNumber` counts from 1 as the grid shows it. */
export interface TrainingRow {
  readonly rowId: number
  readonly rowNumber: number
  readonly prompt: string
  readonly answer: string
  readonly system?: string
  /**
   * The filled cells of several prompt columns: where given, they are joined as the settings say and stand for
   * `prompt`.
   */
  readonly promptParts?: readonly string[]
  /** The row's own name and that of the row that it answers to, where the dataset has such columns. */
  readonly id?: string
  readonly parentId?: string
  /** A whole conversation as JSON (see readConversation): where given, it stands for `prompt` and `answer`. */
  readonly conversation?: string
}

/** Why a row is left out of training. `parent-left-out`: an earlier turn of its conversation is left out itself. */
export type RowIssue = 'no-answer' | 'no-counted-tokens' | 'parent-left-out' | ChainIssue | ConversationIssue

/** A row that cannot be learnt from. */
export interface LeftOutRow {
  readonly rowNumber: number
  readonly code: RowIssue
}

export type RowConversation =
  | { readonly row: TrainingRow; readonly conversation: Conversation }
  | { readonly row: TrainingRow; readonly issue: RowIssue }

export interface ConversationOptions {
  readonly promptSeparator: string
  /** H2O's limit_chained_samples: only whole conversations, not every beginning of them. */
  readonly wholeOnly: boolean
}

/**
 * What is asked and answered in each row, with everything that was said before it; the system text is that of the
 * conversation's first row, as in H2O LLM Studio.
 */
export function conversationsOf(
  rows: readonly TrainingRow[],
  { promptSeparator, wholeOnly }: ConversationOptions,
): RowConversation[] {
  const read = rows.map((row) => turnsOf(row, promptSeparator))
  return chainsOf(rows, { wholeOnly }).map((chain) => {
    const row = rows[chain.row] as TrainingRow
    if ('issue' in chain) return { row, issue: chain.issue }
    const own = read[chain.row] as Turns | { issue: RowIssue }
    if ('issue' in own) return { row, issue: own.issue }
    const parts = chain.rows.map((index) => read[index] as Turns | { issue: RowIssue })
    const known = parts.filter((part) => 'turns' in part)
    return known.length < parts.length ? { row, issue: 'parent-left-out' } : { row, conversation: joinTurns(known) }
  })
}

function turnsOf(row: TrainingRow, promptSeparator: string): Turns | { readonly issue: RowIssue } {
  const system = row.system ? { system: row.system } : {}
  if (row.conversation !== undefined) {
    const read = readConversation(row.conversation)
    return 'issue' in read ? read : { ...system, ...read }
  }
  if (row.answer.trim() === '') return { issue: 'no-answer' }
  return { ...system, turns: [{ prompt: row.promptParts?.join(promptSeparator) ?? row.prompt, answer: row.answer }] }
}

function joinTurns(parts: readonly Turns[]): Conversation {
  const turns = parts.flatMap((part) => part.turns)
  const system = parts[0]?.system
  return {
    ...(turns.at(-1) as Turn),
    ...(system ? { system } : {}),
    ...(turns.length > 1 ? { history: turns.slice(0, -1) } : {}),
  }
}
