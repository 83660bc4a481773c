import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ADAPTER_WEIGHTS, readAdapter } from '../../checkpoints/index.ts'
import { InternalError } from '../../contract/index.ts'
import { adapterRefusalOf, writeGgufAdapter } from '../../gguf/adapter.ts'
import { readGgufHeader } from '../../gguf/reader.ts'
import type { ExportFormat } from '../format.ts'
import { baseIdOf } from '../source.ts'

/** The adapter alone as GGUF: llama.cpp puts it onto the base model's GGUF. */
export const ggufLora: ExportFormat = {
  id: 'gguf-lora',
  options: {},
  ending: '.gguf',
  refusal: ({ adapter, model, record }) =>
    adapter ? adapterRefusalOf(model.config, adapter) : { code: 'export/no-adapter', facts: { name: record.name } },
  sizeBytes: async ({ checkpointFolder }) => (await stat(join(checkpointFolder, ADAPTER_WEIGHTS))).size,
  async write(source, target, { signal, wrote }) {
    const { checkpointFolder, model, record } = source
    await writeGgufAdapter({
      adapter: await readAdapter(checkpointFolder),
      config: model.config,
      out: target,
      name: record.name,
      base: baseIdOf(source),
      signal,
      onBytes: wrote,
    })
  },
  async reopen({ adapter }, written) {
    const { tensors } = await readGgufHeader(written)
    if (tensors.size !== 2 * (adapter?.modules.size ?? 0))
      throw new InternalError(`${written}: ${tensors.size} tensors`)
    return null
  },
}
