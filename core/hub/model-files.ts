// Which files of a model's repository the studio reads: those that a download brings.
import type { TokenizerKind } from '../contract/index.ts'
import type { RepositoryFile } from '../net/repository.ts'

/** Beside the weights. Code, other frameworks' weights and pictures stay where they are. */
const READ = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'added_tokens.json',
  'spiece.model',
  'tokenizer.model',
  'vocab.json',
  'merges.txt',
  'chat_template.jinja',
  'adapter_config.json',
  'README.md',
  'NOTICE',
  'LICENSE',
  'LICENSE.txt',
  'LICENSE.md',
])

/** How weights may lie in a repository; of the first form that is there everything is brought, of others nothing. */
const FORMS: readonly { readonly single: string; readonly shard: RegExp }[] = [
  { single: 'model.safetensors', shard: /^model-\d{1,6}-of-\d{1,6}\.safetensors$/ },
  { single: 'pytorch_model.bin', shard: /^pytorch_model-\d{1,6}-of-\d{1,6}\.bin$/ },
]
const ADAPTER = ['adapter_model.safetensors', 'adapter_model.bin'] as const
/** Names of files lie in folders of this computer: nothing that leads elsewhere, and nothing hidden. */
const PLAIN = /^[A-Za-z0-9_][\w.-]{0,150}$/

/** The weights that a download brings, and what lists them. Empty where there are none that the studio reads. */
export function weightFiles(files: readonly RepositoryFile[]): RepositoryFile[] {
  const named = (wanted: (path: string) => boolean) => files.filter(({ path }) => wanted(path))
  for (const { single, shard } of FORMS) {
    const whole = named((path) => path === single)
    if (whole.length > 0) return whole
    const shards = named((path) => shard.test(path))
    const index = named((path) => path === `${single}.index.json`)
    if (shards.length > 0 && index.length > 0) return [...index, ...shards]
  }
  return ADAPTER.map((name) => named((path) => path === name)).find(({ length }) => length > 0) ?? []
}

/** What says whose a model is and what may be done with it. */
const ABOUT = /^(README\.md|NOTICE|LICENSE(\.(txt|md))?)$/

/** The files that a download brings, the small ones first; weights in one form only, or the one GGUF that is chosen. */
export function chosenFiles(files: readonly RepositoryFile[], gguf: RepositoryFile | null = null): RepositoryFile[] {
  const plain = files.filter(({ path }) => PLAIN.test(path) && (!gguf || ABOUT.test(path) || path === gguf.path))
  const weights = gguf ? [gguf] : weightFiles(plain)
  const rest = plain.filter(({ path }) => READ.has(path) && !weights.some((weight) => weight.path === path))
  return [...rest, ...weights].sort((a, b) => a.sizeBytes - b.sizeBytes || (a.path < b.path ? -1 : 1))
}

export const isAdapter = (files: readonly RepositoryFile[]): boolean =>
  has(files, 'adapter_config.json') && !has(files, 'config.json')

export const has = (files: readonly RepositoryFile[], path: string): boolean => files.some((file) => file.path === path)

/** The tokenizer that loadTokenizer takes, by the names of the files; null where there is none. */
export function tokenizerOf(files: readonly RepositoryFile[]): TokenizerKind | null {
  // Llama 3 has a list of tokens under SentencePiece's name, and a tokenizer.json beside it.
  if (has(files, 'spiece.model')) return 'sentencepiece'
  if (has(files, 'tokenizer.model') && !has(files, 'tokenizer.json')) return 'sentencepiece'
  if (has(files, 'tokenizer.json')) return 'tokenizer-json'
  if (has(files, 'vocab.json') && has(files, 'merges.txt')) return 'vocab-merges'
  if (has(files, 'tekken.json')) return 'tekken'
  return files.some(({ path }) => path.endsWith('.tiktoken')) ? 'tiktoken' : null
}
