// A LoRA adapter as a GGUF file that llama.cpp puts onto a model.
import { UserError, type AppError } from '../contract/errors.ts'
import { adapterScale, type Adapter } from '../checkpoints/index.ts'
import type { WeightSource } from '../checkpoints/weight-source.ts'
import { describeModel, familyFor, ruleOf, type Config, type GgufFamily } from './families/index.ts'
import { ggufTypes } from './types/index.ts'
import { float32, string, uint32, type GgufValue, type Metadata } from './values.ts'
import { writeGguf, type TensorToWrite, type WriteOptions } from './writer.ts'

export interface GgufAdapterToWrite extends WriteOptions {
  readonly adapter: Adapter
  /** config.json of the base model. */
  readonly config: Config
  /** The file to write. */
  readonly out: string
  /** What programs show. */
  readonly name: string
  /** The base model's id on the Hub (`owner/name`), or its name. */
  readonly base: string
}

/** What is known of an adapter before its numbers are read. */
interface AdapterShape {
  readonly config: Adapter['config']
  readonly modules: ReadonlyMap<string, unknown>
  readonly fullWeights?: ReadonlyMap<string, unknown>
}

/** Why llama.cpp could not put this adapter onto a model, or null where it can. */
export function adapterRefusalOf(config: Config, adapter: AdapterShape): AppError | null {
  try {
    requireFit(familyFor(describeModel(config)), adapter)
    return null
  } catch (error) {
    if (error instanceof UserError) return error.error
    throw error
  }
}

function requireFit(family: GgufFamily, { config, modules, fullWeights }: AdapterShape): void {
  if (config.decomposed) throw new UserError('gguf/adapter', { setting: 'DoRA' })
  if (fullWeights?.size) throw new UserError('gguf/adapter', { setting: 'modules_to_save' })
  const unknown = [...modules.keys()].find((path) => !ruleOf(family, `${path}.weight`))
  if (unknown !== undefined) throw new UserError('gguf/weight-unknown', { weight: unknown })
}

/**
 * Writes a PEFT adapter as GGUF LoRA, float32, in one move. Throws UserError 'gguf/family', 'gguf/config',
 * 'gguf/weight-unknown' {weight}, 'gguf/adapter' {setting} for what llama.cpp has no place for, and of the disk.
 */
export async function writeGgufAdapter({
  adapter,
  config,
  out,
  name,
  base,
  ...options
}: GgufAdapterToWrite): Promise<void> {
  const model = describeModel(config)
  const family = familyFor(model)
  requireFit(family, adapter)
  const tensors: TensorToWrite[] = []
  for (const [path, { rank, inputSize, outputSize, a, b }] of adapter.modules) {
    const found = ruleOf(family, `${path}.weight`)!
    const { change } = found.rule
    const wholeB = sourceOf(`${path}.lora_B`, [outputSize, rank], b)
    // A and B are [r, in] and [out, r] also where the weight itself lies the other way round.
    const movedB = change.movesRows ? change.apply(wholeB, model.architecture) : wholeB
    tensors.push(
      tensorOf(`${found.name}.lora_a`, sourceOf(`${path}.lora_A`, [rank, inputSize], a)),
      tensorOf(`${found.name}.lora_b`, movedB),
    )
  }
  const metadata: Metadata = new Map([
    ['general.architecture', string(family.architecture)],
    ['general.type', string('adapter')],
    ['general.name', string(name)],
    ...namesOfBase(base),
    ['adapter.type', string('lora')],
    // llama.cpp divides by the rank.
    ['adapter.lora.alpha', float32(adapterScale(adapter.config) * adapter.config.rank)],
  ])
  await writeGguf(out, metadata, tensors, options)
}

/** As convert_lora_to_gguf.py of llama.cpp names a base model. */
function namesOfBase(base: string): [string, GgufValue][] {
  const [owner = '', name = base] = /^([^/]+)\/([^/]+)$/.exec(base)?.slice(1) ?? []
  const entries = { name, organization: owner, repo_url: owner && `https://huggingface.co/${base}` }
  const said = Object.entries(entries).filter(([, text]) => text !== '')
  return [
    ['general.base_model.count', uint32(1)],
    ...said.map(([key, text]): [string, GgufValue] => [`general.base_model.0.${key}`, string(text)]),
  ]
}

const sourceOf = (name: string, shape: readonly [number, number], numbers: Float32Array): WeightSource => ({
  name,
  shape,
  dtype: 'float32',
  read: (first, count) => Promise.resolve(numbers.slice(first * shape[1], (first + count) * shape[1])),
})

const tensorOf = (name: string, source: WeightSource): TensorToWrite => ({
  name,
  type: ggufTypes.F32,
  shape: source.shape,
  async *pieces() {
    yield ggufTypes.F32.quantize!(await source.read(0, source.shape[0]!))
  },
})
