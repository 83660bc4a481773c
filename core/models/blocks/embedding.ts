import type { Value } from '../../graph/ir.ts'
import { add, mul } from '../../graph/ops/index.ts'
import type { ModelContext } from '../context.ts'

/** The hidden states [N, width] that the first layer reads. */
export interface Embedding {
  /** Name of the table of tokens. */
  readonly table: string
  /** How often it drops hidden states while training. */
  readonly dropoutSites: number
  apply(c: ModelContext): Value
}

/** The sizes of a table: how many rows, and how wide. */
export type TableSize = readonly [rows: number, width: number]

/** A row of the table for each token. */
export const tokenEmbedding = (table: string, [rows, width]: TableSize): Embedding => ({
  table,
  dropoutSites: 0,
  apply: (c) => c.embed(table, rows, width),
})

/** Rows of a table of learnt positions are added. */
export const learntPositions = (embedding: Embedding, table: string, [rows, width]: TableSize): Embedding => ({
  ...embedding,
  apply: (c) => add(embedding.apply(c), c.embedPositions(table, rows, width)),
})

/** Every number is multiplied by the factor. */
export const scaledEmbedding = (embedding: Embedding, factor: number): Embedding => ({
  ...embedding,
  apply(c) {
    const x = embedding.apply(c)
    return mul(x, factor)
  },
})

/** A share p of the numbers is dropped while training. */
export const droppedEmbedding = (embedding: Embedding, p: number): Embedding => ({
  ...embedding,
  dropoutSites: embedding.dropoutSites + Number(p > 0),
  apply: (c) => c.dropout(embedding.apply(c), p),
})
