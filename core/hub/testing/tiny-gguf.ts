import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storedWeight } from '../../checkpoints/index.ts'
import { writeGgufModel } from '../../gguf/model.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { openModelFiles } from '../../weights/model-files.ts'

const SHIPPED = join(import.meta.dirname, '..', '..', '..', 'resources', 'models', 'terakoya-tiny-ja')

/** The shipped model as one GGUF file. */
export async function tinyGguf(mix: 'F16' | 'Q8_0'): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-gguf-'))
  try {
    const out = join(folder, 'tiny.gguf')
    const { config, stored } = await openModelFiles(SHIPPED)
    const weights = [...stored].map(([name, place]) => storedWeight(SHIPPED, name, place))
    const tokenizer = await loadTokenizer(SHIPPED)
    await writeGgufModel({ modelFolder: SHIPPED, config, tokenizer, weights, mix, out, name: 'tiny' })
    return await readFile(out)
  } finally {
    await rm(folder, { recursive: true })
  }
}
