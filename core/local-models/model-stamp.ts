import { createHash } from 'node:crypto'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** More entries do not count: the largest published models have some 200 files. */
const MAX_ENTRIES = 2_000

/** The files that are read first, which count wherever they stand in a large folder. */
const KNOWN = [
  'config.json',
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
  'spiece.model',
  'tokenizer.model',
  'tokenizer.json',
  'vocab.json',
  'merges.txt',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
  'README.md',
  'NOTICE',
]

/**
 * Says whether a folder's files are still those that were read: a digest of their names, sizes, times and inodes.
 * Nothing is opened.
 */
export async function stampOf(folder: string): Promise<string> {
  const names = new Set(KNOWN)
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? []) {
    if (names.size >= MAX_ENTRIES) break
    names.add(name)
  }
  const digest = createHash('sha1')
  for (const name of [...names].sort()) {
    const found = await stat(join(folder, name)).catch(() => null)
    if (found) digest.update(`${name}\0${found.size} ${found.mtimeMs} ${found.ctimeMs} ${found.ino} ${found.mode}\n`)
  }
  return digest.digest('hex')
}
