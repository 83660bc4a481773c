import { sampleOptionsOf } from '../../samples/samples.ts'
import { writeCard } from '../card.ts'
import { requireSameWeights } from '../compare-weights.ts'
import type { ExportFormat } from '../format.ts'
import { isLaidOutAlike, mlxProblem, mlxSettings, mlxWeights } from '../mlx-layout.ts'
import { writeConfigs, writeLicence, writeTokenizer } from '../model-description.ts'
import { writeShards } from '../safetensors-shards.ts'
import { bytesOfWeights, weightsOf } from '../source.ts'

/** A merged model in the layout of mlx-lm, for Macs with Apple silicon. */
export const mlx: ExportFormat = {
  id: 'mlx',
  options: {},
  ending: null,
  refusal({ model }) {
    const found = mlxProblem(model)
    return found === null ? null : { code: 'export/mlx-unsupported', facts: { found } }
  },
  sizeBytes: async (source) => bytesOfWeights((await weightsOf(source)).weights),
  async write(source, target, watch) {
    const { model, record } = source
    const { weights, untied } = await weightsOf(source)
    const laidOut = mlxWeights(model, weights)
    const changes = { ...mlxSettings(model), ...(untied ? { tie_word_embeddings: false } : {}) }
    await writeShards(target, laidOut, { format: 'mlx', ...watch })
    await writeConfigs(target, { folder: model.folder, weights: laidOut, changes }, watch)
    await writeTokenizer(target, { folder: model.folder, format: sampleOptionsOf(record.settings).format }, watch)
    await writeLicence(target, source.licenceFolder, watch)
    await writeCard(target, source, 'mlx', watch)
  },
  // The studio opens what is laid out as transformers has it; the rest is compared number by number.
  async reopen(source, written, { signal }) {
    if (isLaidOutAlike(source.model))
      return { by: 'engine', model: { modelFolder: written, adapterFolder: null, format: { kind: 'template' } } }
    const { weights } = await weightsOf(source)
    await requireSameWeights(written, mlxWeights(source.model, weights), signal)
    return null
  },
}
