import { expect, it } from 'vitest'
import { parseModelReference } from './model-reference.ts'

const mirror = new URL('https://mirror.example.jp/hf')
const parsed = (text: string) => {
  const found = parseModelReference(text, mirror)
  return found && `${found.id}@${found.revision}`
}

it.each([
  ['llm-jp/llm-jp-3-150m', 'llm-jp/llm-jp-3-150m@main'],
  ['  llm-jp/llm-jp-3-150m@v1.0 ', 'llm-jp/llm-jp-3-150m@v1.0'],
  ['https://huggingface.co/rinna/japanese-gpt2-small', 'rinna/japanese-gpt2-small@main'],
  ['https://huggingface.co/rinna/japanese-gpt2-small/', 'rinna/japanese-gpt2-small@main'],
  ['huggingface.co/rinna/japanese-gpt2-small/tree/refs%2Fpr%2F3', 'rinna/japanese-gpt2-small@refs/pr/3'],
  ['https://huggingface.co/rinna/x/blob/0123abc/config.json?download=true', 'rinna/x@0123abc'],
  ['https://huggingface.co/rinna/x/discussions/4', 'rinna/x@main'],
  ['https://mirror.example.jp/rinna/x/resolve/v2/model.safetensors', 'rinna/x@v2'],
  ['hf.co/bartowski/x-GGUF:Q4_K_M', 'bartowski/x-GGUF@main'],
  [
    'hf download line-corporation/japanese-large-lm-1.7b --revision abc --local-dir .',
    'line-corporation/japanese-large-lm-1.7b@abc',
  ],
  ['huggingface-cli download --revision=v1 a/b config.json', 'a/b@v1'],
  ['git clone https://huggingface.co/a/b.git', 'a/b@main'],
  ['"a/b"', 'a/b@main'],
])('%s names %s', (text, wanted) => {
  expect(parsed(text)).toBe(wanted)
})

it.each([
  'japanese gpt2',
  'gpt2',
  'https://huggingface.co/datasets/a/b',
  'https://huggingface.co/a',
  'hf download a/b --repo-type dataset',
  'a/..',
  '../b',
  'a/b/c',
  'a/b@../../x',
  'https://huggingface.co/a/b/tree/%2e%2e%2f',
  'https://huggingface.co/a/b/tree/%',
  '',
  'con/"x',
])('%j names no model', (text) => {
  expect(parsed(text)).toBeNull()
})
