import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ADAPTER_CONFIG, ADAPTER_WEIGHTS, openAdapter } from '../../checkpoints/index.ts'
import { MAX_CONFIG_BYTES } from '../../checkpoints/limits.ts'
import { InternalError } from '../../contract/index.ts'
import { sampleOptionsOf } from '../../samples/samples.ts'
import { writeCard } from '../card.ts'
import { editedJson } from '../edit-json.ts'
import { copyInto, writeText } from '../file-writer.ts'
import type { ExportFormat } from '../format.ts'
import { writeLicence, writeTokenizer } from '../model-description.ts'
import { baseIdOf } from '../source.ts'

/** A LoRA adapter as Python's PEFT loads it, with the base model's tokenizer beside it. */
export const peft: ExportFormat = {
  id: 'peft',
  options: {},
  ending: null,
  refusal: ({ adapter, record }) => (adapter ? null : { code: 'export/no-adapter', facts: { name: record.name } }),
  sizeBytes: async ({ checkpointFolder }) => (await stat(join(checkpointFolder, ADAPTER_WEIGHTS))).size,
  async write(source, target, watch) {
    const { checkpointFolder, model, record } = source
    await copyInto(join(target, ADAPTER_WEIGHTS), join(checkpointFolder, ADAPTER_WEIGHTS), watch)
    const base = { base_model_name_or_path: baseIdOf(source) }
    const config = await editedJson(join(checkpointFolder, ADAPTER_CONFIG), base, MAX_CONFIG_BYTES)
    await writeText(join(target, ADAPTER_CONFIG), config, watch)
    await writeTokenizer(target, { folder: model.folder, format: sampleOptionsOf(record.settings).format }, watch)
    await writeLicence(target, source.licenceFolder, watch)
    await writeCard(target, source, 'peft', watch)
  },
  async reopen({ adapter, model, record }, written) {
    const { modules, fullWeights } = await openAdapter(written)
    if (modules.size !== adapter?.modules.size || fullWeights.size !== adapter.fullWeights.size)
      throw new InternalError(`${written}: ${modules.size} modules of ${adapter?.modules.size}`)
    const { format } = sampleOptionsOf(record.settings)
    return { by: 'engine', model: { modelFolder: model.folder, adapterFolder: written, format } }
  },
}
