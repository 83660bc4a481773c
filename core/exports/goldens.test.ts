// The goldens of the families as adapters and merged models. tools/check-exports.py has checked these very files in
// transformers and peft.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { readExpected } from '../goldens/expected.ts'
import { LIMITS, logitsOfModel } from '../goldens/family.ts'
import { openRuntime } from '../runtime/index.ts'
import { exportGolden } from './testing/golden-exports.ts'

const newFolder = temporaryFolders()
const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')

interface Checked {
  readonly families: Readonly<Record<string, { readonly sha256: Readonly<Record<string, string>> }>>
}
const checked = JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/checked.json'), 'utf8')) as Checked

it.each(Object.entries(checked.families))('%s', { timeout: 120_000 }, async (name, { sha256 }) => {
  const folder = await newFolder()
  const base = join(fixtures, name)
  await exportGolden({ name, base, adapter: join(base, 'adapter') }, folder)
  const hashOf = async (file: string) =>
    createHash('sha256')
      .update(await readFile(join(folder, file)))
      .digest('hex')
  const files = Object.keys(sha256)
  expect(Object.fromEntries(await Promise.all(files.map(async (file) => [file, await hashOf(file)])))).toEqual(sha256)

  // The merged model, opened as any other, gives what peft gave for the base with the adapter.
  const { rows, lora } = await readExpected(base)
  const logits = await logitsOfModel(join(folder, 'merged'), openRuntime().device('cpu'), rows[0]!)
  const worst = lora.logits_row0.flat().reduce((most, wanted, at) => Math.max(most, Math.abs(logits[at]! - wanted)), 0)
  expect(worst).toBeLessThan(LIMITS.logits)
})

afterAll(() => expect(openRuntime().live()).toEqual({ session: 0, tensor: 0, binding: 0 }))
