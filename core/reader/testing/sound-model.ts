import { execFileSync } from 'node:child_process'
import { cp, mkdir, open, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { safetensorsBytes } from '../../checkpoints/testing/test-bytes.ts'

const TOKENIZER = join(import.meta.dirname, '..', '..', 'tokenizers', 'fixtures', 'bpe_json_bytes')

export const soundConfig = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  vocab_size: 1400,
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
}

/** What stands in a model's folder in place of a file: contents (null: nothing), or something that is no file. */
export type Entry =
  | string
  | Uint8Array
  | null
  | { readonly special: 'fifo' | 'folder' }
  | { readonly linkTo: string }
  | { readonly start: string | Uint8Array; readonly sparseBytes: number }
  | ((path: string) => Promise<void>)

const { hidden_size: width, vocab_size: vocabulary, intermediate_size: inner, num_hidden_layers: count } = soundConfig
const keySize = (width / soundConfig.num_attention_heads) * soundConfig.num_key_value_heads

const layer = (index: number): [name: string, shape: number[]][] =>
  (
    [
      ['input_layernorm', [width]],
      ['post_attention_layernorm', [width]],
      ['self_attn.q_proj', [width, width]],
      ['self_attn.k_proj', [keySize, width]],
      ['self_attn.v_proj', [keySize, width]],
      ['self_attn.o_proj', [width, width]],
      ['mlp.gate_proj', [inner, width]],
      ['mlp.up_proj', [inner, width]],
      ['mlp.down_proj', [width, inner]],
    ] as [string, number[]][]
  ).map(([name, shape]) => [`model.layers.${index}.${name}.weight`, shape])

/** Every weight of the configuration above, zeros. */
export const soundShapes: readonly (readonly [name: string, shape: readonly number[]])[] = [
  ['model.embed_tokens.weight', [vocabulary, width]],
  ...Array.from({ length: count }, (_, index) => layer(index)).flat(),
  ['model.norm.weight', [width]],
  ['lm_head.weight', [vocabulary, width]],
]

/** A safetensors file of them, which takes no room on the disk. */
export const soundWeights: Entry = sparseWeights()

function sparseWeights(): Entry {
  let end = 0
  const header = Object.fromEntries(
    soundShapes.map(([name, shape]) => {
      const start = end
      end += 4 * shape.reduce((product, size) => product * size, 1)
      return [name, { dtype: 'F32', shape, data_offsets: [start, end] }]
    }),
  )
  const start = safetensorsBytes(header, new Uint8Array(0))
  return { start, sparseBytes: start.length + end }
}

/** Writes a small model that can be described and tokenizes, with these files in place of its own. */
export async function writeModel(folder: string, changes: Readonly<Record<string, Entry>> = {}): Promise<void> {
  await mkdir(folder, { recursive: true })
  await cp(join(TOKENIZER, 'tokenizer.json'), join(folder, 'tokenizer.json'))
  const files: Record<string, Entry> = {
    'config.json': JSON.stringify(soundConfig),
    'model.safetensors': soundWeights,
    'tokenizer_config.json': '{}',
    'README.md': '---\nlicense: mit\n---\n# card\n',
    ...changes,
  }
  for (const [name, entry] of Object.entries(files)) await put(join(folder, name), entry)
}

async function put(path: string, entry: Entry): Promise<void> {
  await rm(path, { recursive: true, force: true })
  if (entry === null) return
  if (typeof entry === 'function') return entry(path)
  if (typeof entry === 'string' || entry instanceof Uint8Array) return writeFile(path, entry)
  if ('linkTo' in entry) return symlink(entry.linkTo, path)
  if ('start' in entry) return putSparse(path, entry)
  if (entry.special === 'folder') return void (await mkdir(path))
  execFileSync('mkfifo', [path])
}

/** A file that claims many bytes and takes none of the disk. */
async function putSparse(
  path: string,
  { start, sparseBytes }: { readonly start: string | Uint8Array; readonly sparseBytes: number },
): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(start)
    await file.truncate(sparseBytes)
  } finally {
    await file.close()
  }
}
