// Model folders as a stranger would make them: files that lie, that never end, or that are no files. Also used by
// torture.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ErrorCode } from '../../contract/index.ts'
import { hostileTokenizers } from './hostile-tokenizers.ts'
import { hostileWeights } from './hostile-weights.ts'
import { soundConfig, writeModel, type Entry } from './sound-model.ts'

export interface HostileCase {
  /** A folder's name that is a model's id. */
  readonly name: string
  /** What the list of models may say of it; null: nothing, because it can be used. */
  readonly codes: readonly (ErrorCode | null)[]
  /** Its chat template fails when it is used. */
  readonly failsAsTemplate?: boolean
  /** What stands in the folder of an otherwise sound model. */
  readonly files: Readonly<Record<string, Entry>>
}

const config = (changes: object): string => JSON.stringify({ ...soundConfig, ...changes })
const raw = (text: string): string => config({}).replace('{', `{${text},`)
const lfm2 = (changes: object): string =>
  config({ model_type: 'lfm2', num_key_value_heads: 2, rms_norm_eps: undefined, ...changes })

const configs: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['config-none', null, 'checkpoint/config-missing'],
  ['config-empty', '', 'checkpoint/json-invalid'],
  ['config-list', '[]', 'checkpoint/json-invalid'],
  ['config-null', 'null', 'checkpoint/json-invalid'],
  ['config-cut', '{"model_type": "lla', 'checkpoint/json-invalid'],
  ['config-nan', raw('"vocab_size":NaN'), 'checkpoint/json-invalid'],
  ['config-deep', '['.repeat(1_000_000), 'file/too-deep'],
  ['config-deep-inside', raw(`"x":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`), 'file/too-deep'],
  ['config-5-mb', raw(`"x":"${'x'.repeat(5_000_000)}"`), 'file/too-large'],
  ['config-1-tb', { start: '{"a":"', sparseBytes: 1e12 }, 'file/too-large'],
  ['config-bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80]), 'checkpoint/json-invalid'],
  ['config-fifo', { special: 'fifo' }, 'file/not-regular'],
  ['config-folder', { special: 'folder' }, 'file/not-regular'],
  ['config-dev-zero', { linkTo: '/dev/zero' }, 'file/not-regular'],
  ['config-dev-random', { linkTo: '/dev/random' }, 'file/not-regular'],
  ['config-loop', { linkTo: 'config.json' }, 'file/not-regular'],
  ['config-layers-1e6', config({ num_hidden_layers: 1e6 }), 'model/config-range'],
  ['config-layers-1e309', raw('"num_hidden_layers_":1,"head_dim":1e309'), 'model/config-range'],
  ['config-layers-negative', config({ num_hidden_layers: -1 }), 'model/config-range'],
  ['config-layers-fraction', config({ num_hidden_layers: 2.5 }), 'model/config-range'],
  ['config-layers-text', config({ num_hidden_layers: '12' }), 'model/config'],
  ['config-layers-object', config({ num_hidden_layers: { valueOf: 1 } }), 'model/config'],
  ['config-head-dim-1e9', config({ head_dim: 1e9 }), 'model/config-range'],
  ['config-heads-0', config({ num_attention_heads: 0 }), 'model/config-range'],
  ['config-heads-7', config({ num_attention_heads: 7 }), 'model/config'],
  [
    'config-heads-1-of-100000',
    config({ hidden_size: 100_000, num_attention_heads: 1, num_key_value_heads: 1 }),
    'model/config-range',
  ],
  ['config-kv-heads-3', config({ num_key_value_heads: 3 }), 'model/config'],
  ['config-width-1e15', config({ hidden_size: 1e15 }), 'model/config-range'],
  ['config-vocabulary-negative', config({ vocab_size: -5 }), 'model/config-range'],
  ['config-vocabulary-missing', config({ vocab_size: undefined }), 'model/config-missing'],
  ['config-positions-1e300', config({ max_position_embeddings: 1e300 }), 'model/config-range'],
  [
    'config-rotary-1e9',
    config({ partial_rotary_factor: 1e9, rope_scaling: { rope_type: 'linear', factor: 2 } }),
    'model/config',
  ],
  ['config-entry-unknown', config({ logits_scaling: 8 }), 'model/config-unknown'],
  ['config-entry-long', config({ ['x'.repeat(1_000_000)]: 'x'.repeat(1_000_000) }), 'model/config-unknown'],
  ['config-rotary-type', config({ rope_scaling: { rope_type: 'x'.repeat(100_000) } }), 'model/config'],
  ['config-rotary-nested', config({ rope_scaling: { rope_type: {} } }), 'model/config'],
  ['config-dropout', config({ attention_dropout: 1e9 }), 'model/config'],
  ['config-type-unknown', config({ model_type: 'mystery' }), 'model/unsupported'],
  ['config-type-object', config({ model_type: { toString: 'x' } }), 'model/unsupported'],
  ['config-type-long', config({ model_type: 'x'.repeat(1_000_000) }), 'model/unsupported'],
  ['config-type-proto', config({ model_type: '__proto__' }), 'model/unsupported'],
  ['config-architectures-long', config({ architectures: ['x'.repeat(1_000_000)] }), null],
  ['config-architectures-object', config({ architectures: { a: 1 } }), null],
  ['config-bom', `\uFEFF${config({})}`, null],
  ['config-proto', raw('"__proto__":{"num_hidden_layers":1e9}'), null],
  ['config-convolution-1e9', lfm2({ conv_L_cache: 1e9 }), 'model/config-range'],
  ['config-feed-forward-1e300', lfm2({ block_ffn_dim_multiplier: 1e300 }), 'model/config-range'],
  ['config-activation', config({ hidden_act: 'eval' }), 'model/config'],
]

/** A card never makes a model unusable. */
const cards: Readonly<Record<string, Entry>> = {
  'card-duplicate-keys': '---\nlicense: mit\nlicense: apache-2.0\ntags: [a]\ntags: [b]\n---\n# card\n',
  'card-alias-bomb': `---\na: &a [x, x, x, x, x, x, x, x, x]\n${Array.from('bcdefghi', (name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[i]}`).join(', ')}]`).join('\n')}\n---\n`,
  'card-tabs': '---\n\tlicense:\tmit\n\ttags:\n\t\t- a\n---\n',
  'card-bom-crlf': '\uFEFF---\r\nlicense: mit\r\n---\r\n# card\r\n',
  'card-tags': '---\nlicense: !!js/function "function(){}"\nother: !<tag:x,2000:y> z\n---\n',
  'card-deep': `---\nlicense: ${'['.repeat(50_000)}\n---\n`,
  'card-open': `---\nlicense: mit\n${'x: y\n'.repeat(100_000)}`,
  'card-long-front-matter': `---\nlicense: mit\nx: "${'x'.repeat(1_000_000)}"\n---\n`,
  'card-number': '---\nlicense: 1e309\n---\n',
  'card-null': '---\n~\n---\n',
  'card-bytes': Buffer.alloc(100_000, 0xff),
  'card-1-gb': { start: '# card\n', sparseBytes: 1e9 },
  'card-fifo': { special: 'fifo' },
  'card-folder': { special: 'folder' },
  'card-dev-zero': { linkTo: '/dev/zero' },
}

export const hostileModels: readonly HostileCase[] = [
  ...configs.map(([name, entry, ...codes]) => ({ name, codes, files: { 'config.json': entry } })),
  ...hostileWeights,
  ...hostileTokenizers,
  ...Object.entries(cards).map(([name, entry]) => ({ name, codes: [null], files: { 'README.md': entry } })),
  ...['card-notice-1-gb'].map((name) => ({ name, codes: [null], files: { NOTICE: { start: 'x', sparseBytes: 1e9 } } })),
  {
    name: 'folder-20000-entries',
    codes: [null],
    files: {
      'config.json': async (path) => {
        await writeFile(path, config({}))
        await crowd(join(path, '..'), 20_000)
      },
    },
  },
]

/** Fills a folder with empty files. */
async function crowd(folder: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500)
    await Promise.all(Array.from({ length: 500 }, (_, i) => writeFile(join(folder, `entry-${from + i}`), '')))
}

/** Writes the folders of these models into `parent`, each under its name. */
export async function writeHostileModels(
  parent: string,
  models: readonly HostileCase[] = hostileModels,
): Promise<void> {
  await mkdir(parent, { recursive: true })
  for (const { name, files } of models) await writeModel(join(parent, name), files)
}
