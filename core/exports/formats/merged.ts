import { writeCard } from '../card.ts'
import { sampleOptionsOf } from '../../samples/samples.ts'
import type { ExportFormat } from '../format.ts'
import { writeConfigs, writeLicence, writeTokenizer } from '../model-description.ts'
import { writeShards } from '../safetensors-shards.ts'
import { bytesOfWeights, weightsOf } from '../source.ts'

/** A model of its own as transformers loads it: the base with the adapter merged. */
export const merged: ExportFormat = {
  id: 'merged',
  options: {},
  ending: null,
  refusal: () => null,
  sizeBytes: async (source) => bytesOfWeights((await weightsOf(source)).weights),
  async write(source, target, watch) {
    const { weights, untied } = await weightsOf(source)
    const { folder } = source.model
    await writeShards(target, weights, { format: 'pt', ...watch })
    await writeConfigs(target, { folder, weights, changes: untied ? { tie_word_embeddings: false } : {} }, watch)
    await writeTokenizer(target, { folder, format: sampleOptionsOf(source.record.settings).format }, watch)
    await writeLicence(target, source.licenceFolder, watch)
    await writeCard(target, source, 'merged', watch)
  },
  // Other programs ask it by the chat template that lies in its folder: so does the test.
  reopen: async (_, written) => ({
    by: 'engine',
    model: { modelFolder: written, adapterFolder: null, format: { kind: 'template' } },
  }),
}
