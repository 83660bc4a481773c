import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WeightSource } from '../../checkpoints/weight-source.ts'
import { openLlama } from '../../llama-cpp/library.ts'
import { openQuantizer } from '../../llama-cpp/quantizer.ts'
import { noPlatformPackage, quantizeFile } from '../../llama-cpp/testing/ggml.ts'
import { architectureOf } from '../../models/family.ts'
import { randomUniform } from '../../random/rng.ts'
import { writeGgufModel } from '../model.ts'
import { readGgufHeader } from '../reader.ts'
import { mixes, type MixId } from './index.ts'

/** Rows of whole blocks of 256, of whole blocks of 32 only, and of neither. */
const configs: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'llama, blocks of 256': {
    model_type: 'llama',
    hidden_size: 256,
    intermediate_size: 256,
    num_hidden_layers: 9,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    max_position_embeddings: 64,
    vocab_size: 96,
    tie_word_embeddings: false,
  },
  'llama, blocks of 32': {
    model_type: 'llama',
    hidden_size: 96,
    intermediate_size: 160,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    max_position_embeddings: 64,
    vocab_size: 96,
    tie_word_embeddings: true,
  },
  'gpt_neox, joined q, k and v': {
    model_type: 'gpt_neox',
    hidden_size: 256,
    intermediate_size: 256,
    num_hidden_layers: 8,
    num_attention_heads: 4,
    max_position_embeddings: 64,
    vocab_size: 96,
  },
}

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-gguf-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** A prime number of them: rows differ. */
const numbers = Float32Array.from({ length: 65_537 }, (_, index) => (randomUniform(5, 'shuffle', 0, index) - 0.5) * 0.2)

/** A model of random numbers: matrices by the architecture's list, norms and biases beside them. */
function weightsOf(config: Readonly<Record<string, unknown>>): WeightSource[] {
  const { linears, embedding, outputLayers, tied, vocabularySize, width } = architectureOf(config)
  const [first] = embedding.split('.')
  const neox = first === 'gpt_neox'
  const norms = neox
    ? ['final_layer_norm', ...layers(config, 'input_layernorm'), ...layers(config, 'post_attention_layernorm')]
    : ['norm', ...layers(config, 'input_layernorm'), ...layers(config, 'post_attention_layernorm')]
  const shapes: [string, number[]][] = [
    [embedding, [vocabularySize, width]],
    ...(tied ? [] : [[outputLayers[0]!, [vocabularySize, width]] as [string, number[]]]),
    ...linears.map(({ path, outSize, inSize }): [string, number[]] => [`${path}.weight`, [outSize, inSize]]),
    ...norms.map((name): [string, number[]] => [`${first}.${name}.weight`, [width]]),
    ...(neox
      ? [
          ...norms.map((name): [string, number[]] => [`${first}.${name}.bias`, [width]]),
          ...linears.map(({ path, outSize }): [string, number[]] => [`${path}.bias`, [outSize]]),
        ]
      : []),
  ]
  return shapes.map(([name, shape], key) => ({
    name,
    shape,
    dtype: 'float32',
    read: (start, count) => {
      const row = shape.slice(1).reduce((product, size) => product * size, 1)
      const out = new Float32Array(count * row)
      for (let i = 0; i < out.length; i++) out[i] = numbers[(key * 7_919 + start * row + i) % numbers.length]!
      return Promise.resolve(out)
    },
  }))
}

const layers = (config: Readonly<Record<string, unknown>>, name: string): string[] =>
  Array.from({ length: config['num_hidden_layers'] as number }, (_, layer) => `layers.${layer}.${name}`)

async function write(config: Readonly<Record<string, unknown>>, mix: MixId): Promise<string> {
  const out = join(folder, `${mix}.gguf`)
  const quantizer = openQuantizer()
  const weights = weightsOf(config)
  await writeGgufModel({ modelFolder: '', config, tokenizer: null, weights, mix, out, name: 'x', quantizer })
  return out
}

/** Every tensor of a file: its type and bytes. */
async function tensorsOf(file: string): Promise<Record<string, string>> {
  const bytes = await readFile(file)
  const { tensors } = await readGgufHeader(file)
  return Object.fromEntries(
    [...tensors]
      .map(([name, { type, shape, offset, length }]): [string, string] => [
        name,
        `${type.name} ${shape.join('×')} ${createHash('sha256')
          .update(bytes.subarray(offset, offset + length))
          .digest('hex')}`,
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}

describe.skipIf(noPlatformPackage)('a file has the types and bytes that llama.cpp gives it', () => {
  // It registers what computes with tensors.
  beforeAll(() => void openLlama())

  it.each(Object.keys(configs))('%s', async (kind) => {
    const whole = await write(configs[kind]!, 'F32')
    for (const mix of ['F16', 'BF16', 'Q8_0', 'Q4_0', 'Q4_K_M'] as const) {
      const theirs = join(folder, 'theirs.gguf')
      quantizeFile(whole, theirs, mixes[mix].fileType)
      const ours = await write(configs[kind]!, mix)
      expect([mix, await tensorsOf(ours)]).toEqual([mix, await tensorsOf(theirs)])
      expect((await readGgufHeader(ours)).metadata.get('general.file_type')).toEqual(
        (await readGgufHeader(theirs)).metadata.get('general.file_type'),
      )
    }
  })
})
