import { pause } from './contents.ts'
import type { Cells } from './table-format.ts'

const ROWS_PER_PORTION = 2048
const CHARACTERS_PER_PORTION = 1 << 19

/** Rows that come one by one as portions; in between the process can answer. */
export async function* inPortions(rows: AsyncIterable<Cells> | Iterable<Cells>): AsyncGenerator<readonly Cells[]> {
  let portion: Cells[] = []
  let characters = 0
  for await (const row of rows) {
    portion.push(row)
    for (const cell of row) characters += cell?.length ?? 0
    if (portion.length < ROWS_PER_PORTION && characters < CHARACTERS_PER_PORTION) continue
    yield portion
    portion = []
    characters = 0
    await pause()
  }
  if (portion.length > 0) yield portion
}

/** The rows of portions, one by one. */
export async function* rowsIn(portions: AsyncIterable<readonly Cells[]>): AsyncGenerator<Cells> {
  for await (const portion of portions) yield* portion
}
