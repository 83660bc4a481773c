import {
  parseSettings,
  toAppError,
  UserError,
  type DatasetInfo,
  type ExperimentPlan,
  type PlanIssue,
  type SettingKey,
  type SettingProblem,
  type SettingValues,
} from '../contract/index.ts'
import type { DatasetService } from '../datasets/service.ts'
import { memoryOf, type MachineMemory } from '../local-models/machine-memory.ts'
import type { LocalModel, ModelService } from '../local-models/service.ts'
import type { ModelReader } from '../reader/client.ts'
import { stepsPerEpoch } from '../training/batches.ts'
import type { DeviceReport } from '../engine/engine-protocol.ts'
import type { MemoryPlace, RowCounts } from '../training/memory-estimate.ts'
import { checkPrecision } from '../training/precision.ts'
import { validationCount } from './snapshot.ts'

/** H2O's recommendation; fewer rows are enough for a single fact. */
const FEW_ROWS = 1000

interface PlanServices {
  readonly datasets: DatasetService
  readonly models: ModelService
  readonly reader: ModelReader
  readonly devices: () => Promise<DeviceReport>
}

/** The sentence for a setting that does not fit the catalogue. */
export const problemError = ({ key, code, ...facts }: SettingProblem): UserError =>
  new UserError(code, { setting: key, ...facts })

/**
 * What a run with these settings would do, without starting anything. Problems come back as issues at their setting.
 */
export async function makePlan(
  raw: Readonly<Record<string, unknown>>,
  { datasets, models, reader, devices }: PlanServices,
): Promise<ExperimentPlan> {
  const { values, problems } = parseSettings(raw)
  const issues: PlanIssue[] = problems.map((problem) => ({
    severity: 'error',
    setting: problem.key as SettingKey,
    error: problemError(problem).error,
  }))
  const note = (setting: SettingKey) => (error: unknown) => {
    if (!issues.some((issue) => issue.setting === setting))
      issues.push({ severity: 'error', setting, error: toAppError(error) })
    return null
  }
  const [report, dataset, model] = await Promise.all([
    devices(),
    findTrainable(values, datasets).catch(note('dataset.id')),
    models.find(values['general.llm_backbone']).catch(note('general.llm_backbone')),
  ])
  const counts = countRows(dataset, values)
  const device = values['environment.device'] === 'auto' ? report.recommended.kind : values['environment.device']
  try {
    checkPrecision(device, values)
  } catch (error) {
    note('environment.precision')(error)
  }
  const memory = memoryOf(device, report)
  const place = {
    kind: device,
    hasKernels: report.devices.find(({ kind }) => kind === device)?.reason !== 'compiler-missing',
  }
  const sizes = (model &&
    (await sizesOf(model, { values, place, ...(counts.train > 0 && { rows: counts }) }, reader).catch(
      note('training.lora_target_modules'),
    ))) ?? { trainableParameterCount: 0, memoryBytes: 0 }
  const perEpoch = stepsPerEpoch(counts.train, values)
  issues.push(
    ...warnings(counts.train, values, sizes.memoryBytes, memory),
    ...lengthWarnings(values, model),
    ...(await datasetWarnings(dataset, datasets)),
    ...systemWarnings(dataset, model, values),
  )
  return {
    trainRowCount: counts.train,
    validationRowCount: counts.validation,
    stepsPerEpoch: perEpoch,
    totalSteps: perEpoch * values['training.epochs'],
    ...sizes,
    device,
    availableMemoryBytes: memory.availableBytes,
    issues,
  }
}

/**
 * The dataset of a run. Throws UserError where it has no prompt or answer column or no row with an answer; reads no
 * further than the first such row.
 */
export async function findTrainable(values: SettingValues, datasets: DatasetService): Promise<DatasetInfo> {
  const dataset = await datasets.find(values['dataset.id'])
  datasets.checkTrainable(dataset)
  for await (const { answer } of datasets.rowsForTraining(dataset.id)) if (answer.trim() !== '') return dataset
  throw new UserError('dataset/empty', { dataset: dataset.name })
}

function countRows(dataset: DatasetInfo | null, values: SettingValues): RowCounts {
  if (!dataset) return { train: 0, validation: 0 }
  const validation = validationCount(dataset.rowCount, values['dataset.validation_size'])
  return { train: dataset.rowCount - (values['training.train_validation_data'] ? 0 : validation), validation }
}

const sizesOf = (
  { folder, stamp }: LocalModel,
  run: { readonly values: SettingValues; readonly place: MemoryPlace; readonly rows?: RowCounts },
  reader: ModelReader,
) => reader.call('memory', { folder, stamp, ...run })

function warnings(
  trainRows: number,
  values: SettingValues,
  memoryBytes: number,
  { isGpu, totalBytes }: MachineMemory,
): PlanIssue[] {
  const found: PlanIssue[] = []
  const warn = (
    setting: SettingKey,
    code: 'plan/few-rows' | 'plan/batch-larger-than-data' | 'plan/memory' | 'plan/gpu-memory',
    facts: Record<string, number> = {},
  ) => found.push({ severity: 'warning', setting, error: { code, facts } })
  if (trainRows > 0 && trainRows < values['training.batch_size'])
    warn('training.batch_size', 'plan/batch-larger-than-data', {
      rows: trainRows,
      batchSize: values['training.batch_size'],
    })
  if (trainRows > 0 && trainRows < FEW_ROWS) warn('dataset.id', 'plan/few-rows', { rows: trainRows })
  if (memoryBytes > totalBytes) warn('training.batch_size', isGpu ? 'plan/gpu-memory' : 'plan/memory')
  return found
}

/** Rows are cut where the model's context ends. */
const lengthWarnings = (values: SettingValues, model: LocalModel | null): PlanIssue[] =>
  model && values['tokenizer.max_length'] > model.contextLengthTokens
    ? [
        {
          severity: 'warning',
          setting: 'tokenizer.max_length',
          error: {
            code: 'plan/beyond-context',
            facts: { maxLength: values['tokenizer.max_length'], context: model.contextLengthTokens },
          },
        },
      ]
    : []

/** A column of system texts with a model whose chat template has no place for them. */
const systemWarnings = (dataset: DatasetInfo | null, model: LocalModel | null, values: SettingValues): PlanIssue[] =>
  model?.mergesSystem &&
  values['dataset.sample_format'] !== 'h2o' &&
  dataset?.columns.some(({ role }) => role === 'system')
    ? [{ severity: 'warning', setting: 'dataset.sample_format', error: { code: 'plan/system-merged', facts: {} } }]
    : []

/** Problems in the rows warn but forbid nothing. */
async function datasetWarnings(dataset: DatasetInfo | null, datasets: DatasetService): Promise<PlanIssue[]> {
  const count = dataset ? await datasets.warningCount(dataset) : 0
  return count > 0
    ? [
        {
          severity: 'warning',
          setting: 'dataset.id',
          error: { code: 'plan/dataset-problems', facts: { count, dataset: dataset?.name ?? '' } },
        },
      ]
    : []
}
