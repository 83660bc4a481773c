import type {
  DatasetId,
  DatasetInfo,
  ExperimentId,
  ExperimentSummary,
  ModelId,
  ModelSummary,
} from '../../core/contract/index.ts'

/** Things of a library, as small as they may be. */
export const aDataset = (id: string, changes: Partial<DatasetInfo> = {}): DatasetInfo => ({
  id: id as DatasetId,
  name: `表 ${id}`,
  rowCount: 2,
  columnNames: ['質問'],
  updatedAt: '2026-01-01T00:00:00Z',
  sizeBytes: 1024,
  columns: [],
  version: 1,
  undoCount: 0,
  redoCount: 0,
  ...changes,
})

export const anExperiment = (id: string, changes: Partial<ExperimentSummary> = {}): ExperimentSummary => ({
  id: id as ExperimentId,
  name: `実験 ${id}`,
  datasetId: 'd' as DatasetId,
  datasetName: '表 d',
  modelName: '小さいモデル',
  createdAt: '2026-01-01T00:00:00Z',
  state: { kind: 'finished' },
  progress: null,
  problem: null,
  ...changes,
})

export const aModel = (id: string, changes: Partial<ModelSummary> = {}): ModelSummary => ({
  id: id as ModelId,
  name: `モデル ${id}`,
  kind: 'base',
  origin: 'library',
  hub: null,
  baseModel: '',
  architecture: 'LlamaForCausalLM',
  parameterCount: 1000,
  dtype: 'float32',
  sizeBytes: 4000,
  contextLengthTokens: 128,
  vocabularySize: 64,
  hasChatTemplate: false,
  licence: 'Apache-2.0',
  folder: `/models/${id}`,
  problem: null,
  ...changes,
})
