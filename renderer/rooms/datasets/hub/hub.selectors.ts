import type { HubBranch, HubDataset, HubFile, HubPart } from '../../../../core/contract/index.ts'

/** What of a dataset is to be downloaded: a split that the Hub has converted, or files as they were uploaded. */
export interface HubChoice {
  readonly branch: HubBranch
  readonly config: string
  readonly split: string
  /** Of the uploaded files. */
  readonly paths: readonly string[]
}

/** The training split of the first configuration; else the one table that there is. */
export function firstChoice({ parts, files }: HubDataset): HubChoice {
  const part = trainingPart(parts) ?? parts[0]
  const tables = files.filter(({ isTable }) => isTable)
  const table = tables.find(({ path }) => /train/i.test(path)) ?? tables[0]
  return {
    branch: part ? 'parquet' : 'original',
    config: part?.config ?? '',
    split: part?.split ?? '',
    paths: table ? [table.path] : [],
  }
}

const trainingPart = (parts: readonly HubPart[]): HubPart | undefined =>
  parts.find(({ config, split }) => config === parts[0]?.config && split === 'train')

/** Another configuration; the split stays where it has one of that name. */
export function withConfig({ parts }: HubDataset, choice: HubChoice, config: string): HubChoice {
  const splits = parts.filter((part) => part.config === config).map(({ split }) => split)
  return { ...choice, config, split: splits.includes(choice.split) ? choice.split : (splits[0] ?? '') }
}

export const chosenPart = ({ parts }: HubDataset, { config, split }: HubChoice): HubPart | undefined =>
  parts.find((part) => part.config === config && part.split === split)

/** The files of the choice, in the order in which they are imported. */
export const chosenFiles = (dataset: HubDataset, choice: HubChoice): readonly HubFile[] =>
  choice.branch === 'parquet'
    ? (chosenPart(dataset, choice)?.files ?? [])
    : dataset.files.filter(({ path }) => choice.paths.includes(path))

export const totalBytes = (files: readonly HubFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12 }

/** `1K<n<10K` → from 1,000 to 10,000; an open end is null. Null where the class is none. */
export function rowRange(rowClass: string): { readonly from: number | null; readonly to: number | null } | null {
  const both = /^(\d+)([KMBT]?)<n<(\d+)([KMBT]?)$/.exec(rowClass)
  const one = /^n([<>])(\d+)([KMBT]?)$/.exec(rowClass)
  if (both)
    return { from: Number(both[1]) * (UNITS[both[2] ?? ''] ?? 1), to: Number(both[3]) * (UNITS[both[4] ?? ''] ?? 1) }
  if (!one) return null
  const bound = Number(one[2]) * (UNITS[one[3] ?? ''] ?? 1)
  return one[1] === '<' ? { from: null, to: bound } : { from: bound, to: null }
}
