// Which tensors a file will hold, and in which types.
import { UserError } from '../contract/errors.ts'
import type { WeightSource } from '../checkpoints/weight-source.ts'
import { namedAs } from '../models/checkpoint-names.ts'
import { ruleOf, type DescribedModel, type GgufFamily } from './families/index.ts'
import { typeIn, type Mix, type MixContext, type MixedTensor } from './mixes/index.ts'
import type { TypeName } from './types/index.ts'

export interface PlannedTensor {
  readonly name: string
  readonly type: TypeName
  /** Its numbers as llama.cpp wants them: rows, shape. */
  readonly source: WeightSource
}

/**
 * The tensors of a model in the order of the weights given. Throws UserError 'model/weight-missing' or
 * 'gguf/weight-unknown' {weight}.
 */
export function planTensors(
  { architecture, config }: DescribedModel,
  family: GgufFamily,
  weights: Iterable<WeightSource>,
  mix: Mix,
): PlannedTensor[] {
  const sources = sourcesOf({ architecture, config }, family, weights)
  const context = contextOf(architecture, sources)
  return [...sources].map(([name, source]) => ({
    name,
    source,
    type: typeIn(mix, { name, shape: source.shape }, context),
  }))
}

function sourcesOf(
  { architecture, config }: DescribedModel,
  family: GgufFamily,
  weights: Iterable<WeightSource>,
): Map<string, WeightSource> {
  const named = namedAs(new Map(Array.from(weights, (weight) => [weight.name, weight])), architecture)
  for (const { path } of architecture.linears)
    if (!named.has(`${path}.weight`)) throw new UserError('model/weight-missing', { weight: `${path}.weight` })
  const table = named.get(architecture.embedding)
  if (!table) throw new UserError('model/weight-missing', { weight: architecture.embedding })
  const sources = new Map<string, WeightSource>()
  for (const [weight, source] of named) {
    const found = ruleOf(family, weight)
    if (!found) throw new UserError('gguf/weight-unknown', { weight, model: String(config['model_type']) })
    sources.set(found.name, found.rule.change.apply(source, architecture))
  }
  if (family.repeatsTiedHead && !sources.has('output.weight')) sources.set('output.weight', table)
  return sources
}

const IS_VALUE = /\.(attn_v|attn_qkv)\.weight$/
const layerOf = (name: string): number => Number(/^blk\.(\d+)\./.exec(name)?.[1])

function contextOf(
  { layerCount, heads, kvHeads }: DescribedModel['architecture'],
  tensors: ReadonlyMap<string, Pick<MixedTensor, 'shape'>>,
): MixContext {
  const values = [...tensors.keys()].filter((name) => IS_VALUE.test(name)).sort((a, b) => layerOf(a) - layerOf(b))
  const indices = new Map(values.map((name, index) => [name, index]))
  return {
    layerCount,
    tied: !tensors.has('output.weight'),
    sharesKeys: heads !== kvHeads,
    valueIndex: (name) => indices.get(name) ?? 0,
    valueCount: values.length,
  }
}
