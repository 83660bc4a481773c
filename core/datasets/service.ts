import { sourceLanguage } from '../../texts/index.ts'
import { combinations, edits } from './commands.ts'
import { DatasetAccess } from './dataset-access.ts'
import { makers, removals } from './library-commands.ts'
import { sweep } from './library-files.ts'
import { queries } from './queries.ts'
import { RunningImports } from './running-imports.ts'
import type { ServiceContext } from './service-context.ts'
import type { DatasetService, DatasetServiceOptions } from './service-types.ts'
import { trainingRows } from './training-rows.ts'

export type { DatasetService, DatasetServiceOptions, KeptRows } from './service-types.ts'

/** The datasets of a library: each a DuckDB file, opened when it is needed. Edits of one dataset follow each other. */
export function createDatasetService(options: DatasetServiceOptions): DatasetService {
  const access = new DatasetAccess(options)
  const imports = new RunningImports((progress) => options.emit('datasets.importProgress', progress))
  const context: ServiceContext = { options, access, imports, language: options.language ?? (() => sourceLanguage) }
  return {
    ...queries(context),
    ...edits(context),
    ...combinations(context),
    ...makers(context),
    ...removals(context),
    ...trainingRows(context),
    sweep: () => sweep(options.folder),
    find: (id) => access.info(id),
    cancelImports: () => imports.cancelAll(),
    async close() {
      imports.cancelAll()
      await access.close()
    },
  }
}
