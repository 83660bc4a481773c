import { parseSettings, type SamplePreview } from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import type { ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import { problemError } from './plan.ts'

export interface SampleQuestion {
  readonly datasetId: string
  /** From 0. */
  readonly row: number
  readonly settings: Readonly<Record<string, unknown>>
}

interface PreviewServices {
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly reader: ModelReader
}

/**
 * What the model would see of a row with these settings; null where there is no such row. Throws UserError where a
 * setting, the model or the format do not fit.
 */
export async function previewSample(
  { datasetId, row, settings }: SampleQuestion,
  { datasets, models, reader }: PreviewServices,
): Promise<SamplePreview | null> {
  const { values, problems } = parseSettings({ ...settings, 'dataset.id': datasetId })
  if (problems[0]) throw problemError(problems[0])
  const rows = await datasets.conversationRows(datasetId, row)
  if (rows.length === 0) return null
  const { folder, stamp } = await models.find(values['general.llm_backbone'])
  return reader.call('sample', { folder, stamp, rows, values })
}
