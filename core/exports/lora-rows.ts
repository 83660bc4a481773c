// W' = W + s B A, and with DoRA m / ‖W + s B A‖ · (W + s B A), row by row of the matrix as it is stored.
import type { AdapterModule } from '../checkpoints/index.ts'

/** How a matrix of a model lies in its file. */
export interface MergedShape {
  /** W is stored as [inSize, outSize], as GPT-2's Conv1D does. */
  readonly transposed: boolean
  /** What A and B together are multiplied by. */
  readonly scale: number
}

/** Adds the update to rows of a matrix. */
export interface LoraRows {
  /** Changes rows `first` … of W [rows, columns], float32, to those of W'. Summed in float64, rounded once. */
  merge(rows: Float32Array, first: number): void
  /** The factors of DoRA for a transposed matrix come from its whole columns: every row is shown first, in any pieces. */
  readonly needsNorms: boolean
  addNorms(rows: Float32Array, first: number): void
}

/** How many rows of the table are added at once: half the time of one by one. */
const TOGETHER = 4

/** Reads of A [r, in] and B [out, r]: sums of `coefficient(row, k) · table[k]` over k, for a row of the stored matrix. */
export function loraRows(module: AdapterModule, { transposed, scale }: MergedShape): LoraRows {
  const { rank, inputSize, outputSize, a, b, magnitude } = module
  const columns = transposed ? outputSize : inputSize
  const table = transposed ? transpose(b, outputSize, rank) : a
  // Row i of Wᵀ is an input: its numbers are A[k, i]. Row o of W is an output: B[o, k].
  const coefficient = transposed
    ? (row: number, k: number) => scale * (a[k * inputSize + row] as number)
    : (row: number, k: number) => scale * (b[row * rank + k] as number)
  // Rows of zeros up to a whole number of them, which are added four at a time.
  const padded = new Float32Array(Math.ceil(rank / TOGETHER) * TOGETHER * columns)
  padded.set(table)
  const sum = new Float64Array(columns)
  const squares = transposed && magnitude ? new Float64Array(columns) : null

  function sumRow(rows: Float32Array, index: number, row: number): void {
    for (let j = 0, from = index * columns; j < columns; j++) sum[j] = rows[from + j] as number
    for (let k = 0; k < rank; k += TOGETHER)
      addScaled(
        sum,
        padded,
        k * columns,
        Array.from({ length: TOGETHER }, (_, i) => (k + i < rank ? coefficient(row, k + i) : 0)),
      )
  }

  const each = (rows: Float32Array, first: number, use: (index: number, row: number) => void): void => {
    for (let index = 0; index * columns < rows.length; index++) {
      sumRow(rows, index, first + index)
      use(index, first + index)
    }
  }

  return {
    needsNorms: squares !== null,
    addNorms: (rows, first) =>
      each(rows, first, () => {
        for (let j = 0; squares && j < columns; j++) squares[j]! += sum[j]! * sum[j]!
      }),
    merge: (rows, first) =>
      each(rows, first, (index, row) => {
        if (squares && magnitude) for (let j = 0; j < columns; j++) sum[j]! *= magnitude[j]! / Math.sqrt(squares[j]!)
        else if (magnitude) scaleRow(sum, magnitude[row]!)
        rows.set(sum, index * columns)
      }),
  }
}

/** sum += Σ factors[i] · row i of the table from `first` on. */
function addScaled(sum: Float64Array, table: Float32Array, first: number, factors: readonly number[]): void {
  const [a = 0, b = 0, c = 0, d = 0] = factors
  const [second, third, fourth] = [1, 2, 3].map((row) => first + row * sum.length) as [number, number, number]
  for (let j = 0; j < sum.length; j++)
    sum[j]! += a * table[first + j]! + b * table[second + j]! + c * table[third + j]! + d * table[fourth + j]!
}

/** m / ‖row‖ · row */
function scaleRow(row: Float64Array, magnitude: number): void {
  let square = 0
  for (let j = 0; j < row.length; j++) square += row[j]! * row[j]!
  const factor = magnitude / Math.sqrt(square)
  for (let j = 0; j < row.length; j++) row[j]! *= factor
}

function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(matrix.length)
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = matrix[i * columns + j] as number
  return out
}
