import type { Language } from '../../texts/index.ts'
import type { Column, DatasetInfo, Events, Handlers } from '../contract/index.ts'
import type { TrainingRow } from '../samples/sample-files.ts'
import type { RowsFile } from './combine.ts'
import type { TokenCounter } from './statistics/index.ts'

/** Sends an event of the datasets to the windows. */
export type Emit = <N extends 'datasets.changed' | 'datasets.removed' | 'datasets.importProgress'>(
  name: N,
  payload: Events[N],
) => void

/** The calls of the contract, without their prefix. */
export type DatasetHandlers = { [N in keyof Handlers as N extends `datasets.${infer C}` ? C : never]: Handlers[N] }

export interface DatasetServiceOptions {
  readonly folder: string
  readonly trashFolder: string
  /** Folder with the tutorial's `dataset.csv` (template) and `sample_dataset.csv`. */
  readonly templatesFolder: string
  readonly emit: Emit
  /**
   * False where another host writes: datasets are opened for reading only, and not at all while that host has them
   * open.
   */
  readonly isWritable?: boolean
  /** The language of names that are made up here, at that moment; without it Japanese. */
  readonly language?: () => Language
  /** How a model counts tokens; without it none are counted. */
  readonly tokenCounter?: (modelId: string) => Promise<TokenCounter>
}

export interface DatasetService extends DatasetHandlers {
  /** Removes what earlier processes left unfinished. Call once before anything else, as the library's one writer. */
  sweep(): Promise<void>
  /** Throws UserError `dataset/not-found`. */
  find(id: string): Promise<DatasetInfo>
  /** Throws UserError where the dataset has no prompt or answer column, or no rows. */
  checkTrainable(info: DatasetInfo): void
  /**
   * The rows as training sees them: prompt columns joined by an empty line, in the dataset's order. Throws like
   * `checkTrainable`.
   */
  rowsForTraining(id: string): AsyncIterable<TrainingRow>
  /** How many places a check warns of; large datasets are not looked at (0). */
  warningCount(info: DatasetInfo): Promise<number>
  /**
   * The conversation of row number `row` (from 0), from its first row to the row itself; empty where there is no such
   * row.
   */
  conversationRows(id: string, row: number): Promise<TrainingRow[]>
  /**
   * Writes the dataset's rows as they are now to a Parquet file of its own, columns named by their ids, and lets `take`
   * read the very same rows from there, as often as it likes. Throws like `checkTrainable`.
   */
  keepRows<T>(
    id: string,
    file: string,
    take: (rows: () => AsyncIterable<TrainingRow>) => Promise<T>,
  ): Promise<KeptRows<T>>
  /** Makes a dataset of rows that were kept. */
  addRows(name: string, rows: RowsFile): Promise<DatasetInfo>
  cancelImports(): void
  close(): Promise<void>
}

export interface KeptRows<T> {
  readonly version: number
  readonly columns: readonly Column[]
  readonly taken: T
}
