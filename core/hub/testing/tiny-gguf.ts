import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openCheckpoint, readAdapter, storedWeight } from '../../checkpoints/index.ts'
import { writeGgufAdapter } from '../../gguf/adapter.ts'
import { writeGgufModel } from '../../gguf/model.ts'
import { loadTokenizer } from '../../tokenizers/index.ts'
import { openModelFiles } from '../../weights/model-files.ts'

const SHIPPED = join(import.meta.dirname, '..', '..', '..', 'resources', 'models', 'terakoya-tiny-ja')

const GOLDEN = join(import.meta.dirname, '..', '..', 'models', 'fixtures', 'llama')

/** The shipped model as one GGUF file. */
export const tinyGguf = (mix: 'F16' | 'Q8_0'): Promise<Buffer> =>
  written(async (out) => {
    const { config, stored } = await openModelFiles(SHIPPED)
    const weights = [...stored].map(([name, place]) => storedWeight(SHIPPED, name, place))
    const tokenizer = await loadTokenizer(SHIPPED)
    await writeGgufModel({ modelFolder: SHIPPED, config, tokenizer, weights, mix, out, name: 'tiny' })
  })

/** A LoRA of the golden llama as one GGUF file. */
export const tinyGgufLora = (base: string): Promise<Buffer> =>
  written(async (out) => {
    const [adapter, { config }] = [await readAdapter(join(GOLDEN, 'adapter')), await openCheckpoint(GOLDEN)]
    await writeGgufAdapter({ adapter, config, out, name: 'lora', base })
  })

async function written(write: (out: string) => Promise<void>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'tiny-gguf-'))
  try {
    const out = join(folder, 'tiny.gguf')
    await write(out)
    return await readFile(out)
  } finally {
    await rm(folder, { recursive: true })
  }
}
