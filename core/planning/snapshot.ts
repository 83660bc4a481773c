import type { FileHandle } from 'node:fs/promises'
import type { SettingValues } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import { shuffledIndices } from '../training/batches.ts'
import { conversationGroups, type ChainLink } from '../samples/sample-chains.ts'
import type { TrainingRow } from '../samples/sample-files.ts'

/** How many rows are held out of `rowCount`: rounded up as H2O does, but never all of them. */
export const validationCount = (rowCount: number, validationSize: number): number =>
  validationSize === 0 ? 0 : Math.max(0, Math.min(rowCount - 1, Math.ceil(rowCount * validationSize)))

/**
 * Which rows are held out: whole conversations in an order that depends only on the seed, until there are enough. Rows
 * that answer to no other are conversations of their own.
 */
export function heldOut(links: readonly ChainLink[], count: number, seed: number): ReadonlySet<number> {
  const groups = new Map<number, number[]>()
  for (const [row, group] of conversationGroups(links).entries()) groups.set(group, [...(groups.get(group) ?? []), row])
  const conversations = [...groups.values()]
  const held = new Set<number>()
  for (const index of shuffledIndices(conversations.length, seed, 0)) {
    const rows = conversations[index] as number[]
    if (held.size >= count || held.size + rows.length >= links.length) break
    for (const row of rows) held.add(row)
  }
  return held
}

/**
 * Writes the rows of a run into its folder as two JSONL files, so that the run can be repeated and resumed whatever
 * becomes of the dataset. Which rows are held out depends only on the seed, the number of rows and their conversations.
 */
export async function snapshotRows(
  rows: () => AsyncIterable<TrainingRow>,
  values: SettingValues,
  files: { readonly trainRows: string; readonly validationRows: string },
): Promise<{ train: number; validation: number }> {
  const links: ChainLink[] = []
  for await (const { id, parentId } of rows())
    links.push({ ...(id === undefined ? {} : { id }), ...(parentId === undefined ? {} : { parentId }) })
  const held = heldOut(
    links,
    validationCount(links.length, values['dataset.validation_size']),
    values['environment.seed'],
  )
  const counts = { train: 0, validation: 0 }
  const train = await LineFile.open(files.trainRows)
  const validation = await LineFile.open(files.validationRows).catch((error: unknown) =>
    train.close().then(() => {
      throw error
    }),
  )
  try {
    let index = 0
    for await (const row of rows()) {
      const isHeld = held.has(index++)
      counts[isHeld ? 'validation' : 'train']++
      await (isHeld ? validation : train).write(row)
    }
    for (const file of [train, validation]) await file.flush()
  } finally {
    await Promise.all([train.close(), validation.close()])
  }
  return counts
}

/** Lines are written in pieces of so many characters. */
const PIECE_LENGTH = 1 << 18

class LineFile {
  readonly #file: FileHandle
  #piece = ''

  private constructor(file: FileHandle) {
    this.#file = file
  }

  static async open(path: string): Promise<LineFile> {
    return new LineFile(await disk.open(path, 'w'))
  }

  async write(row: TrainingRow): Promise<void> {
    this.#piece += `${JSON.stringify(row)}\n`
    if (this.#piece.length >= PIECE_LENGTH) await this.flush()
  }

  async flush(): Promise<void> {
    const piece = this.#piece
    this.#piece = ''
    await this.#file.appendFile(piece)
  }

  close(): Promise<void> {
    return this.#file.close()
  }
}
