// How a weight of the studio and the tensor of llama.cpp that holds it differ; both ways, piece by piece.
import type { WeightSource } from '../checkpoints/weight-source.ts'
import type { Architecture } from '../models/architecture.ts'

type Sizes = Pick<Architecture, 'heads' | 'kvHeads' | 'headSize' | 'width'>

/** A change of a weight on its way to llama.cpp, and back. */
export interface Change {
  readonly apply: (source: WeightSource, sizes: Sizes) => WeightSource
  readonly undo: (source: WeightSource, sizes: Sizes) => WeightSource
  /** It puts output rows into another order: those of LoRA's B too. */
  readonly movesRows?: boolean
}

type Rows = Float32Array<ArrayBuffer>

const columnsOf = ({ shape }: WeightSource): number => shape.slice(1).reduce((product, size) => product * size, 1)

/** Where each row of a reordered weight comes from: within one block of rows, so that a block is read at a time. */
interface RowOrder {
  readonly block: number
  readonly sourceRow: (row: number) => number
}

function reordered(source: WeightSource, { block, sourceRow }: RowOrder): WeightSource {
  const columns = columnsOf(source)
  return {
    ...source,
    async read(first, count) {
      const out: Rows = new Float32Array(count * columns)
      for (let row = first; row < first + count;) {
        const end = Math.min(first + count, (Math.floor(row / block) + 1) * block)
        const start = Math.floor(sourceRow(row) / block) * block
        const rows = await source.read(start, block)
        for (; row < end; row++) {
          const at = (sourceRow(row) - start) * columns
          out.set(rows.subarray(at, at + columns), (row - first) * columns)
        }
      }
      return out
    },
  }
}

// llama.cpp turns neighbours, transformers the halves of a head: row t D/2 + j of a head becomes row 2 j + t.
const interleaved = (size: number): RowOrder => ({
  block: size,
  sourceRow: (row) => row - (row % size) + ((row % size) % 2) * (size / 2) + Math.floor((row % size) / 2),
})
const separated = (size: number): RowOrder => ({
  block: size,
  sourceRow: (row) => row - (row % size) + ((row % size) % (size / 2)) * 2 + Math.floor((row % size) / (size / 2)),
})

/** Heads of queries or keys whose pairs turn as neighbours in llama.cpp, and as halves in transformers. */
export const turnedPairs: Change = {
  apply: (source, { headSize }) => reordered(source, interleaved(headSize)),
  undo: (source, { headSize }) => reordered(source, separated(headSize)),
  movesRows: true,
}

// Row (h, p, i) of [heads, 3, D] becomes row (p, h, i) of [3, heads, D].
const byPart = (heads: number, size: number): RowOrder => ({
  block: size,
  sourceRow: (row) => {
    const block = Math.floor(row / size)
    return ((block % heads) * 3 + Math.floor(block / heads)) * size + (row % size)
  },
})
const byHead = (heads: number, size: number): RowOrder => ({
  block: size,
  sourceRow: (row) => {
    const block = Math.floor(row / size)
    return ((block % 3) * heads + Math.floor(block / 3)) * size + (row % size)
  },
})

/** q, k and v side by side for each head, and one after the other in llama.cpp. */
export const joinedHeads: Change = {
  apply: (source, { heads, headSize }) => reordered(source, byPart(heads, headSize)),
  undo: (source, { heads, headSize }) => reordered(source, byHead(heads, headSize)),
  movesRows: true,
}

/** [in, out] against [out, in]. */
function transposedSource(source: WeightSource): WeightSource {
  const [rows = 0, columns = 0] = source.shape
  // Every row of the result needs the whole source: it is kept until the last was read.
  let whole: Promise<Rows> | null = null
  return {
    ...source,
    shape: [columns, rows],
    async read(first, count) {
      whole ??= source.read(0, rows)
      const numbers = await whole
      if (first + count === columns) whole = null
      const out: Rows = new Float32Array(count * rows)
      for (let row = 0; row < count; row++)
        for (let column = 0; column < rows; column++)
          out[row * rows + column] = numbers[column * columns + first + row]!
      return out
    },
  }
}

/** GPT-2 stores its matrices as [in, out]. */
export const transposed: Change = { apply: transposedSource, undo: transposedSource }

const shifted = (source: WeightSource, by: number): WeightSource => ({
  ...source,
  read: async (first, count) => (await source.read(first, count)).map((value) => value + by),
})

/** Norms that multiply by 1 + w: llama.cpp stores the sum. */
export const onePlus: Change = { apply: (source) => shifted(source, 1), undo: (source) => shifted(source, -1) }

/** [width, 1, kernel] against [width, kernel]. */
export const withoutMiddleAxis: Change = {
  apply: (source) => ({ ...source, shape: [source.shape[0]!, source.shape[2]!] }),
  undo: (source) => ({ ...source, shape: [source.shape[0]!, 1, source.shape[1]!] }),
}

/** The same on both sides. */
export const same: Change = { apply: (source) => source, undo: (source) => source }
