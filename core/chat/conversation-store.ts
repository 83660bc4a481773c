import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  ConversationId,
  textOfAnswer,
  toAppError,
  UserError,
  type AppError,
  type Conversation,
  type ConversationSummary,
} from '../contract/index.ts'
import { syncFolder } from '../files/atomic.ts'
import { disk } from '../files/disk.ts'
import { toDiskError } from '../files/disk-errors.ts'
import { ensureFolder } from '../files/ensure-folder.ts'
import { conversationFile } from './conversation-file.ts'

const ENDING = '.json'

/** The name of a conversation's file, in the library and in its trash. */
export const conversationFileName = (id: string): string => `${id}${ENDING}`

/** The conversation that a file is, by its name; null for another. */
export const conversationIn = (name: string): ConversationId | null =>
  name.endsWith(ENDING) ? (ConversationId.safeParse(name.slice(0, -ENDING.length)).data ?? null) : null

interface Known {
  readonly stamp: string
  readonly summary: ConversationSummary
  /** What a search looks through, in small letters. */
  readonly words: string
}

/** Letters that a search takes for the same: full and half width, small and capital. */
export const plainWords = (text: string): string => text.normalize('NFKC').toLowerCase()

/**
 * The conversations of a library: a file each. `isWritable` is false where another studio writes: what changes then
 * lives as long as this store.
 */
export class ConversationStore {
  readonly #folder: string
  readonly #trashFolder: string
  readonly #isWritable: boolean
  readonly #known = new Map<ConversationId, Known>()
  readonly #unwritten = new Map<ConversationId, Conversation>()

  constructor(options: { readonly folder: string; readonly trashFolder: string; readonly isWritable: boolean }) {
    this.#folder = options.folder
    this.#trashFolder = options.trashFolder
    this.#isWritable = options.isWritable
  }

  /** Throws UserError 'conversation/not-found', 'conversation/damaged' or 'file/unreadable'. */
  async read(id: ConversationId): Promise<Conversation> {
    const unwritten = this.#unwritten.get(id)
    if (unwritten) return unwritten
    const file = join(this.#folder, conversationFileName(id))
    // A link would lead to a file elsewhere.
    if ((await lstat(file).catch(() => null))?.isSymbolicLink()) throw new UserError('conversation/not-found', { id })
    return { ...(await conversationFile.read(file)), id }
  }

  /** Throws UserError 'disk-full' or 'library/unwritable'. */
  async write({ id, ...stored }: Conversation): Promise<void> {
    if (!this.#isWritable) return void this.#unwritten.set(id, { id, ...stored })
    await ensureFolder(this.#folder)
    await conversationFile.write(join(this.#folder, conversationFileName(id)), stored)
  }

  /** Every conversation, whole or damaged, with what a search looks through. */
  async list(): Promise<readonly Known[]> {
    const names = await readdir(this.#folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw toDiskError(error, this.#folder)
    })
    const ids = names.flatMap((entry) => (entry.isFile() ? (conversationIn(entry.name) ?? []) : []))
    for (const id of this.#known.keys()) if (!ids.includes(id)) this.#known.delete(id)
    const found: Known[] = []
    for (const id of ids.filter((each) => !this.#unwritten.has(each))) found.push(await this.#look(id))
    return [...found, ...[...this.#unwritten.values()].map((one) => knownOf(one, ''))]
  }

  async #look(id: ConversationId): Promise<Known> {
    const file = join(this.#folder, conversationFileName(id))
    const stats = await lstat(file).catch(() => null)
    const stamp = stats ? `${stats.size} ${stats.mtimeMs} ${stats.ino}` : ''
    const known = this.#known.get(id)
    if (known?.stamp === stamp) return known
    const now = await this.read(id).then(
      (conversation) => knownOf(conversation, stamp),
      (error: unknown) => damaged(id, stamp, toAppError(error), stats?.mtimeMs ?? 0),
    )
    this.#known.set(id, now)
    return now
  }

  /** Moves a conversation to the trash. Throws UserError 'conversation/not-found'. */
  async trash(id: ConversationId): Promise<void> {
    if (!(await isThere(this.#folder, id))) throw new UserError('conversation/not-found', { id })
    await this.#move(id, this.#folder, this.#trashFolder)
  }

  /** Brings it back. Throws UserError 'trash/not-found' or 'trash/occupied'. */
  async restore(id: ConversationId): Promise<void> {
    if (!(await isThere(this.#trashFolder, id))) throw new UserError('trash/not-found', { id })
    if (await isThere(this.#folder, id)) throw new UserError('trash/occupied', { id })
    await this.#move(id, this.#trashFolder, this.#folder)
  }

  async #move(id: ConversationId, from: string, to: string): Promise<void> {
    try {
      await ensureFolder(to)
      await disk.rename(join(from, conversationFileName(id)), join(to, conversationFileName(id)))
      await Promise.all([from, to].map(syncFolder))
    } catch (error) {
      throw toDiskError(error, this.#folder)
    }
  }
}

const isThere = (folder: string, id: ConversationId): Promise<boolean> =>
  lstat(join(folder, conversationFileName(id))).then(
    (found) => found.isFile(),
    () => false,
  )

/** What the list tells of a conversation. */
export const summaryOf = (conversation: Conversation): ConversationSummary => ({
  id: conversation.id,
  name: conversation.name,
  createdAt: conversation.createdAt,
  updatedAt: conversation.updatedAt,
  isPinned: conversation.isPinned,
  columnNames: conversation.columns.map(({ name }) => name),
  problem: null,
})

function knownOf(conversation: Conversation, stamp: string): Known {
  const texts = conversation.turns.flatMap(({ question, answers }) => [
    question,
    ...answers.map(({ state }) => textOfAnswer(state)),
  ])
  return {
    stamp,
    summary: summaryOf(conversation),
    words: plainWords([conversation.name, conversation.system, ...texts].join('\n')),
  }
}

function damaged(id: ConversationId, stamp: string, problem: AppError, changedMs: number): Known {
  const at = new Date(changedMs).toISOString()
  return {
    stamp,
    summary: { id, name: id, createdAt: at, updatedAt: at, isPinned: false, columnNames: [], problem },
    words: id,
  }
}
