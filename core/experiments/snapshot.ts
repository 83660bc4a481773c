import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import type { SettingValues } from '../contract/index.ts'
import { shuffledIndices } from '../training/batches.ts'
import type { TrainingRow } from '../training/sample-files.ts'
import type { ExperimentFiles } from './store.ts'

/** How many rows are held out of `rowCount`: rounded up as H2O does, but never all of them. */
export const validationCount = (rowCount: number, validationSize: number): number =>
  validationSize === 0 ? 0 : Math.max(0, Math.min(rowCount - 1, Math.ceil(rowCount * validationSize)))

/**
 * Writes the rows of a run into its folder as two JSONL files, so that the run can be repeated and resumed whatever becomes of the dataset.
 * Which rows are held out depends only on the seed and the number of rows.
 */
export async function snapshotRows(
  rows: AsyncIterable<TrainingRow>,
  rowCount: number,
  values: SettingValues,
  files: Pick<ExperimentFiles, 'trainRows' | 'validationRows'>,
): Promise<{ train: number; validation: number }> {
  const held = new Set(shuffledIndices(rowCount, values['environment.seed'], 0).slice(0, validationCount(rowCount, values['dataset.validation_size'])))
  const train = createWriteStream(files.trainRows)
  const validation = createWriteStream(files.validationRows)
  const counts = { train: 0, validation: 0 }
  let index = 0
  for await (const row of rows) {
    const target = held.has(index++) ? 'validation' : 'train'
    counts[target]++
    await writeLine(target === 'train' ? train : validation, row)
  }
  train.end()
  validation.end()
  await Promise.all([finished(train), finished(validation)])
  return counts
}

async function writeLine(stream: WriteStream, row: TrainingRow): Promise<void> {
  if (!stream.write(`${JSON.stringify(row)}\n`)) await once(stream, 'drain')
}
