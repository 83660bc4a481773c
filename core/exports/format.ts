import type { AppError, ExportFormId } from '../contract/index.ts'
import type { GenerateTarget } from '../engine/engine-protocol.ts'
import type { ExportSource } from './source.ts'
import type { Homes } from './homes.ts'
import type { Place } from './place.ts'
import type { ExportWatch } from './watch.ts'

/** The choices of an export, by the names that its form has for them. */
export type ExportOptions = Readonly<Record<string, string>>

/** What is asked again of what was written; the questions come later. */
export type WrittenModel = Omit<GenerateTarget, 'messages'>

/** Who opens again what was written, and what of it. */
export type Reopened =
  | { readonly by: 'engine'; readonly model: WrittenModel }
  /** `lossy`: its weights are smaller than the run's, so that answers may differ. */
  | { readonly by: 'llama.cpp'; readonly file: string; readonly lossy: boolean }

/** A form in which a run goes out. */
export interface ExportFormat {
  readonly id: ExportFormId
  /** What can be chosen; the first of each is taken where nothing is. */
  readonly options: Readonly<Record<string, readonly string[]>>
  /** Of the one file that is written; null for a folder. */
  readonly ending: string | null
  /**
   * Where it always goes; left out for what goes into the folder that is chosen. Throws UserError where nobody is there
   * to take it.
   */
  home?(homes: Homes, source: ExportSource): Place
  /** Why the run cannot be written so, for reasons that its files tell; null where it can. */
  refusal(source: ExportSource): AppError | null
  /** About what it takes on the disk. */
  sizeBytes(source: ExportSource, options: ExportOptions): Promise<number>
  /**
   * Writes into a folder that is there and empty; the one file where there is an ending. Every file is on the disk when
   * it resolves. Throws what the disk, the source and the watch throw.
   */
  write(source: ExportSource, target: string, writing: { readonly options: ExportOptions } & ExportWatch): Promise<void>
  /**
   * Reads what was written in a second way, and says who opens it to be asked; null where there is nothing to ask.
   * Throws UserError where it is not what was to be written.
   */
  reopen(
    source: ExportSource,
    written: string,
    reading: { readonly options: ExportOptions; readonly signal: AbortSignal },
  ): Promise<Reopened | null>
}
