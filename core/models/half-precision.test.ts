import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openModelFiles } from '../weights/model-files.ts'
import { decodingProgram, type ComputeType } from './programs.ts'
import { rotaryTables } from './rotary.ts'
import { runProgram } from '../kernels/run-program.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
/** Two layers of every family, and a model with more layers than a program has inputs. */
const folders = [
  ...(await readdir(fixtures)).map((family) => join(fixtures, family)),
  join(import.meta.dirname, '..', '..', 'resources', 'models', 'terakoya-tiny-ja'),
]
const [PLACES, IDS] = [64, [5, 9, 33, 7, 21]]

/** Logits after a prompt, where all of decoding is computed in a type. */
async function logits(folder: string, compute: ComputeType): Promise<readonly number[]> {
  const model = await openModelFiles(folder)
  const tables = rotaryTables(model.architecture, PLACES)
  const feeds = {
    ids: IDS,
    last: [IDS.length - 1],
    lengths: [IDS.length - 1],
    total: [IDS.length],
    is_long: [0],
    ...Object.fromEntries(tables.map(({ name, values }) => [name, values])),
  }
  const found = await runProgram(
    decodingProgram(model, null, { compute }),
    feeds,
    { B: 1, T: IDS.length, S: PLACES, '2·S': 2 * PLACES },
    { weightsFolder: folder },
  )
  return [...(found['logits'] as Float32Array)]
}

// Values of their own are made where numbers change type: their names must not be those of caches and tables.
describe.each(folders.map((folder) => ({ name: basename(folder), folder })))('$name', ({ folder }) => {
  it.each([
    ['float16', 0.01],
    ['bfloat16', 0.08],
  ] as const)('decodes in %s as in float32, to the last bits', async (compute, distance) => {
    const [found, wanted] = await Promise.all([logits(folder, compute), logits(folder, 'float32')])
    const scale = Math.max(...wanted.map(Math.abs))
    for (const [index, logit] of found.entries())
      expect(Math.abs(logit - wanted[index]!)).toBeLessThan(distance * scale)
  })
})
