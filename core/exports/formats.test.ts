import { cp, mkdir, open, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensorsHeader, readTensor } from '../checkpoints/index.ts'
import { listZip, readZipEntry } from '../datasets/formats/zip.ts'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { mlx } from './formats/mlx.ts'
import { zip } from './formats/zip.ts'
import { mlxProblem, mlxSettings } from './mlx-layout.ts'
import { exportGolden, sourceOf } from './testing/golden-exports.ts'

const newFolder = temporaryFolders()
const fixtures = join(import.meta.dirname, '..', 'models', 'fixtures')
const golden = (name: string) => ({ name, base: join(fixtures, name), adapter: join(fixtures, name, 'adapter') })
const signal = new AbortController().signal
const watch = { options: {}, signal, wrote: () => undefined }

const tensorsOf = async (folder: string) => (await readSafetensorsHeader(join(folder, 'model.safetensors'))).tensors

describe('mlx', () => {
  it('has gpt2’s matrices as [out, in] by mlx-lm’s names, and the context that it asks for', async () => {
    const folder = await newFolder()
    await exportGolden(golden('gpt2'), folder)
    const [ours, theirs] = [join(folder, 'merged'), join(folder, 'mlx')]
    const [merged, laidOut] = [await tensorsOf(ours), await tensorsOf(theirs)]
    const before = merged.get('transformer.h.1.attn.c_attn.weight')!
    const after = laidOut.get('model.h.1.attn.c_attn.weight')!
    expect(after.shape).toEqual([...before.shape].reverse())
    const [from, to] = [await readTensor(ours, before), await readTensor(theirs, after)]
    const [rows, columns] = before.shape as [number, number]
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) expect(to[j * rows + i]).toBe(from[i * columns + j])
    expect([...laidOut.keys()].every((name) => name.startsWith('model.'))).toBe(true)
    const config = JSON.parse(await readFile(join(theirs, 'config.json'), 'utf8')) as Record<string, unknown>
    expect(config['n_ctx']).toBe(64)
    expect(await mlx.reopen(await sourceOf(golden('gpt2')), theirs, watch)).toBeNull()
  })

  it('finds a number that is another than was to be written', async () => {
    const folder = await newFolder()
    await exportGolden(golden('gpt2'), folder)
    const file = await open(join(folder, 'mlx', 'model.safetensors'), 'r+')
    const { size } = await file.stat()
    await file.write(Buffer.from([0x77]), 0, 1, size - 1)
    await file.close()
    const reading = mlx.reopen(await sourceOf(golden('gpt2')), join(folder, 'mlx'), watch)
    await expect(reading).rejects.toMatchObject({ error: { code: 'export/damaged' } })
  })

  it('says what mlx-lm would compute otherwise', () => {
    const problem = (config: Record<string, unknown>) => mlxProblem({ config })
    expect(problem({ model_type: 'llama' })).toBeNull()
    expect(problem({ model_type: 'mixtral' })).toBe('mixtral')
    expect(problem({ model_type: 'constructor' })).toBe('constructor')
    expect(problem({ model_type: 'gpt2', n_embd: 8, n_inner: 24 })).toBe('n_inner=24')
    expect(problem({ model_type: 'gpt_neox', hidden_size: 8, intermediate_size: 32 })).toBeNull()
    const serial = { model_type: 'gpt_neox', hidden_size: 8, intermediate_size: 32, use_parallel_residual: false }
    expect(problem(serial)).toBe('use_parallel_residual=false')
  })

  it('brings nested settings of positions to where mlx-lm looks for them', () => {
    const rope = { rope_theta: 500_000, rope_type: 'llama3', factor: 8 }
    expect(mlxSettings({ config: { model_type: 'llama', rope_parameters: rope } })).toEqual({
      rope_theta: 500_000,
      rope_scaling: { rope_type: 'llama3', type: 'llama3', factor: 8 },
    })
    expect(mlxSettings({ config: { model_type: 'llama', rope_theta: 1, rope_scaling: null } })).toEqual({})
    expect(mlxSettings({ config: { model_type: 'gpt_neox', rope_parameters: rope, rotary_pct: 1 } })).toEqual({
      rotary_emb_base: 500_000,
      rotary_pct: 1,
    })
  })
})

describe('zip', () => {
  async function runWith(name: string): Promise<Awaited<ReturnType<typeof sourceOf>>> {
    const folder = await newFolder()
    await mkdir(join(folder, 'checkpoints', '3'), { recursive: true })
    await writeFile(join(folder, 'experiment.yaml'), 'name: 犬\n')
    await writeFile(join(folder, 'empty'), '')
    await writeFile(join(folder, '.draft'), 'no')
    await cp(
      join(fixtures, 'llama', 'model.safetensors'),
      join(folder, 'checkpoints', '3', 'adapter_model.safetensors'),
    )
    const source = await sourceOf(golden('llama'))
    return { ...source, record: { ...source.record, name, folder } }
  }

  it('holds the run’s files as they are, under the run’s id', async () => {
    const source = await runWith('犬の話')
    const out = join(await newFolder(), 'run.zip')
    await zip.write(source, out, watch)
    expect(await zip.reopen(source, out, watch)).toBeNull()
    const archive = await readFile(out)
    const wanted = {
      'checkpoints/3/adapter_model.safetensors': await readFile(join(fixtures, 'llama', 'model.safetensors')),
      empty: Buffer.alloc(0),
      'experiment.yaml': Buffer.from('name: 犬\n'),
    }
    expect(listZip(archive)).toEqual(Object.keys(wanted).map((name) => `golden/${name}`))
    for (const [name, content] of Object.entries(wanted)) {
      const found = Buffer.from(await readZipEntry(archive, `golden/${name}`, 'run.zip'))
      expect([name, found.equals(content)]).toEqual([name, true])
    }
  })

  it('finds a file that is another by now', async () => {
    const source = await runWith('run')
    const out = join(await newFolder(), 'run.zip')
    await zip.write(source, out, watch)
    await writeFile(join(source.record.folder, 'experiment.yaml'), 'name: 猫\n')
    await expect(zip.reopen(source, out, watch)).rejects.toMatchObject({ error: { code: 'export/damaged' } })
  })
})
