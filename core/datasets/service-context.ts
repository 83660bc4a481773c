import type { Language } from '../../texts/index.ts'
import type { DatasetAccess } from './dataset-access.ts'
import type { RunningImports } from './running-imports.ts'
import type { DatasetServiceOptions } from './service-types.ts'

/** What the groups of calls share. */
export interface ServiceContext {
  readonly options: DatasetServiceOptions
  readonly access: DatasetAccess
  readonly imports: RunningImports
  /** The language of names that are made up here, at that moment. */
  readonly language: () => Language
}
