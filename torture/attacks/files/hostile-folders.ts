import { spawnSync } from 'node:child_process'
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { hostileModels } from '../../../core/reader/testing/hostile-models.ts'
import { soundConfig, soundWeights, type Entry } from '../../../core/reader/testing/sound-model.ts'
import { root } from '../../harness/places.ts'

const tokenizer = join(root, 'core', 'tokenizers', 'fixtures', 'bpe_json_bytes', 'tokenizer.json')

/** How many hand-made hostile models there are. */
export const hostileCount = hostileModels.length

/** Writes the hand-made hostile model of that number into a folder; returns its name. */
export async function writeHostileModel(folder: string, number: number): Promise<string> {
  const model = hostileModels[number % hostileModels.length]!
  mkdirSync(folder, { recursive: true })
  copyFileSync(tokenizer, join(folder, 'tokenizer.json'))
  const files: Record<string, Entry> = {
    'config.json': JSON.stringify(soundConfig),
    'model.safetensors': soundWeights,
    'tokenizer_config.json': '{}',
    ...model.files,
  }
  for (const [name, entry] of Object.entries(files)) await put(join(folder, name), entry)
  return model.name
}

async function put(path: string, entry: Entry): Promise<void> {
  rmSync(path, { recursive: true, force: true })
  if (entry === null) return
  if (typeof entry === 'function') return entry(path)
  if (typeof entry === 'string' || entry instanceof Uint8Array) return writeFileSync(path, entry)
  if ('linkTo' in entry) return symlinkSync(entry.linkTo, path)
  if ('start' in entry) return putSparse(path, entry.start, entry.sparseBytes)
  if (entry.special === 'folder') mkdirSync(path)
  else spawnSync('mkfifo', [path])
}

function putSparse(path: string, start: string | Uint8Array, bytes: number): void {
  const file = openSync(path, 'w')
  writeSync(file, Buffer.from(start))
  ftruncateSync(file, bytes)
  closeSync(file)
}
