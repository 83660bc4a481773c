// What mlx-lm expects of each family: its names, its matrices as [out, in], and settings that transformers may nest or
// leave out. https://github.com/ml-explore/mlx-lm/tree/main/mlx_lm/models
import { rowsOf, type StoredWeight, type WeightSource } from '../checkpoints/index.ts'
import type { BaseModel } from './base-model.ts'

type Config = Readonly<Record<string, unknown>>

/** How a family is laid out; every part is as transformers has it unless given. */
interface Layout {
  /** What of a config mlx-lm would compute otherwise, as `name=value`; null where nothing is. */
  readonly problem?: (config: Config) => string | null
  /** A weight's name in mlx-lm, by the architecture's. */
  readonly name?: (name: string) => string
  /** Settings that mlx-lm needs beside those of config.json. */
  readonly settings?: (config: Config) => Config
}

/** A setting whose value is none of those, as `name=value`. */
const other = (config: Config, name: string, values: readonly unknown[]): string | null =>
  values.includes(config[name]) ? null : `${name}=${String(config[name]).slice(0, 40)}`

/** transformers 5 keeps the settings of rotary positions in one place. */
function rotary({ rope_parameters: nested, ...config }: Config): Config {
  const rope = typeof nested === 'object' && nested !== null ? (nested as Config) : {}
  const { rope_theta: theta, rope_type: type, ...rest } = rope
  return {
    ...(theta === undefined || 'rope_theta' in config ? {} : { rope_theta: theta }),
    ...(type === undefined || type === 'default' || 'rope_scaling' in config
      ? {}
      : { rope_scaling: { rope_type: type, type, ...rest } }),
  }
}

const plain: Layout = { settings: rotary }

const gpt2: Layout = {
  problem: (config) =>
    other(config, 'activation_function', ['gelu_new', 'gelu_pytorch_tanh', 'gelu', undefined]) ??
    other(config, 'n_inner', [undefined, null, 4 * Number(config['n_embd'])]) ??
    other(config, 'scale_attn_weights', [undefined, true]) ??
    other(config, 'scale_attn_by_inverse_layer_idx', [undefined, false]) ??
    other(config, 'tie_word_embeddings', [undefined, true]),
  name: (name) => name.replace(/^transformer\./, 'model.'),
  settings: ({ n_positions: positions, n_ctx: context }) => ({ n_ctx: context ?? positions ?? 1024 }),
}

const gptNeox: Layout = {
  problem: (config) =>
    other(config, 'use_parallel_residual', [undefined, true]) ??
    other(config, 'attention_bias', [undefined, true]) ??
    other(config, 'hidden_act', ['gelu', 'gelu_new', 'gelu_fast', 'gelu_pytorch_tanh', undefined]) ??
    other(config, 'intermediate_size', [4 * Number(config['hidden_size'])]) ??
    other(config, 'tie_word_embeddings', [undefined, false]),
  name: (name) => name.replace(/^lm_head\./, 'embed_out.'),
  settings(config) {
    const nested = (config['rope_parameters'] ?? {}) as Config
    return {
      rotary_emb_base: config['rotary_emb_base'] ?? config['rope_theta'] ?? nested['rope_theta'] ?? 10_000,
      rotary_pct: config['rotary_pct'] ?? nested['partial_rotary_factor'] ?? 0.25,
    }
  },
}

/** By config.json's model_type; families that are not here mlx-lm does not have, or has by other names. */
const layouts: Readonly<Record<string, Layout>> = {
  gemma2: plain,
  gemma3_text: plain,
  gpt2,
  gpt_neox: gptNeox,
  lfm2: plain,
  llama: plain,
  mistral: plain,
  olmo2: plain,
  phi3: plain,
  qwen2: plain,
  qwen3: plain,
}

const typeOf = ({ config }: Pick<BaseModel, 'config'>): string => String(config['model_type']).slice(0, 60)
const layoutOf = (model: Pick<BaseModel, 'config'>): Layout | null =>
  Object.hasOwn(layouts, typeOf(model)) ? (layouts[typeOf(model)] as Layout) : null

/** What of a model mlx-lm does not have; null where it can run the model. */
export function mlxProblem(model: Pick<BaseModel, 'config'>): string | null {
  const layout = layoutOf(model)
  return layout ? (layout.problem?.(model.config) ?? null) : typeOf(model)
}

/** Entries of config.json that mlx-lm needs. */
export const mlxSettings = (model: Pick<BaseModel, 'config'>): Config => layoutOf(model)?.settings?.(model.config) ?? {}

/** True where mlx-lm's names and shapes are those of the files that transformers reads. */
export const isLaidOutAlike = (model: Pick<BaseModel, 'architecture'>): boolean =>
  !model.architecture.linears.some(({ transposed }) => transposed)

/** The weights by mlx-lm's names, with every matrix of a linear layer as [out, in]. */
export function mlxWeights(model: BaseModel, weights: readonly WeightSource[]): WeightSource[] {
  const rename = layoutOf(model)?.name ?? ((name: string) => name)
  const nameOf = new Map([...model.storedNames].map(([name, stored]) => [stored, name]))
  const turned = new Set(
    model.architecture.linears.flatMap(({ path, transposed }) => (transposed ? [`${path}.weight`] : [])),
  )
  return weights.map((weight) => {
    const own = nameOf.get(weight.name) ?? weight.name
    const source = turned.has(own) ? transposed(weight) : weight
    return { ...source, name: rename(own) } satisfies WeightSource | StoredWeight
  })
}

/** A matrix with its axes exchanged: read as a whole for the first row, and kept until the last. */
function transposed(weight: WeightSource): WeightSource {
  const [rows = 0, columns = 0] = weight.shape
  let whole: Promise<Float32Array> | null = null
  return {
    name: weight.name,
    shape: [columns, rows],
    dtype: weight.dtype,
    async read(first, count) {
      const from = await (whole ??= weight.read(0, rowsOf(weight.shape)))
      if (first + count >= columns) whole = null
      const to = new Float32Array(count * rows)
      for (let i = 0; i < count; i++) for (let j = 0; j < rows; j++) to[i * rows + j] = from[j * columns + first + i]!
      return to
    },
  }
}
