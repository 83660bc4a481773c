// The goldens of the families in the forms that transformers and peft read, for the tests and for
// tools/check-exports.py.
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  openAdapter,
  readAdapter,
  readSafetensorsHeader,
  readTensor,
  toBytes,
  writeAdapter,
  writeSafetensors,
} from '../../checkpoints/index.ts'
import { defaultSettings } from '../../contract/index.ts'
import { openBaseModel } from '../base-model.ts'
import { merged } from '../formats/merged.ts'
import { mlx } from '../formats/mlx.ts'
import { peft } from '../formats/peft.ts'
import type { ExportSource } from '../source.ts'

/** Source files of the goldens of a family, with other numbers where a variant asks for them. */
export interface Golden {
  readonly name: string
  readonly base: string
  readonly adapter: string
}

/** A run that has learnt a golden's adapter. */
export async function sourceOf({ name, base, adapter }: Golden): Promise<ExportSource> {
  const record = {
    id: 'golden',
    name,
    folder: base,
    createdAt: '2026-01-01T00:00:00.000Z',
    dataset: { id: 'd', name: 'golden', version: 1 },
    model: { id: name, name, folder: base },
    device: 'cpu',
    rows: { train: 3, validation: 0 },
    settings: defaultSettings(),
  } as unknown as ExportSource['record']
  return {
    record,
    step: 1,
    checkpointFolder: adapter,
    model: await openBaseModel(base),
    adapter: await openAdapter(adapter),
    licenceFolder: base,
    losses: { training: 0.5, validation: null },
    licence: 'apache-2.0',
  }
}

/** Writes every form that Python reads into a folder of its name. */
export async function exportGolden(golden: Golden, target: string): Promise<void> {
  const source = await sourceOf(golden)
  for (const format of [merged, peft, mlx].filter(({ refusal }) => !refusal(source))) {
    const folder = join(target, format.id)
    await mkdir(folder, { recursive: true })
    await format.write(source, folder, { options: {}, signal: new AbortController().signal, wrote: () => undefined })
  }
}

const HALVES = ['float16', 'bfloat16'] as const
/** Ways of LoRA that merge differently, and the types in which a base may store its weights. */
export const variants = HALVES.flatMap((dtype) =>
  (['plain', 'rslora', 'dora'] as const).map((kind) => ({ dtype, kind })),
)

/** A golden whose base stores 16 bits and whose adapter is of another kind, written into a folder. */
export async function variantOf(
  fixture: string,
  { dtype, kind }: (typeof variants)[number],
  folder: string,
): Promise<Golden> {
  const [base, adapter] = [join(folder, 'base'), join(folder, 'adapter')]
  for (const place of [base, adapter]) await mkdir(place, { recursive: true })
  const { tensors } = await readSafetensorsHeader(join(fixture, 'model.safetensors'))
  const stored = await Promise.all(
    [...tensors].map(async ([name, place]) => {
      const data = toBytes(dtype, await readTensor(fixture, place))
      return [name, { dtype, shape: place.shape, data }] as const
    }),
  )
  await writeSafetensors(join(base, 'model.safetensors'), Object.fromEntries(stored))
  const config = JSON.parse(await readFile(join(fixture, 'config.json'), 'utf8')) as object
  await writeFile(join(base, 'config.json'), JSON.stringify({ ...config, dtype }))
  await cp(join(fixture, 'adapter'), adapter, { recursive: true })
  const read = await readAdapter(adapter)
  const modules = [...read.modules].map(([path, module]) => {
    const magnitude = Float32Array.from({ length: module.outputSize }, (_, index) => 0.8 + (index % 7) / 10)
    return [path, kind === 'dora' ? { ...module, magnitude } : module] as const
  })
  const changes = { rankStabilised: kind === 'rslora', decomposed: kind === 'dora' }
  await writeAdapter(adapter, { ...read, config: { ...read.config, ...changes }, modules: new Map(modules) })
  return { name: `${kind}-${dtype}`, base, adapter }
}
