import type { Column } from '../contract/index.ts'
import { disk } from '../files/disk.ts'
import type { TrainingRow } from '../samples/sample-files.ts'
import { chainOf } from './chain.ts'
import { checkDataset } from './checks/index.ts'
import { keptRows, writeRows } from './combine.ts'
import { newDatasetId } from './dataset-access.ts'
import { addRows, removeWork } from './passing-rows.ts'
import { checkTrainable, rowReader } from './roles.ts'
import type { ServiceContext } from './service-context.ts'
import type { DatasetService } from './service-types.ts'
import type { KeptRow } from './store.ts'

type TrainingRows = Pick<
  DatasetService,
  'checkTrainable' | 'warningCount' | 'conversationRows' | 'keepRows' | 'addRows' | 'rowsForTraining'
>

const ROWS_PER_READ = 10_000
/** Datasets of more rows are not checked for a run's plan, which must come at once. */
const PLANNED_ROWS = 20_000

/** What experiments ask of a dataset. */
export function trainingRows({ access }: ServiceContext): TrainingRows {
  const warned = new Map<string, { readonly version: number; readonly count: number }>()
  return {
    checkTrainable,
    async warningCount({ id, version, rowCount }) {
      if (rowCount > PLANNED_ROWS) return 0
      const known = warned.get(id)
      if (known?.version === version) return known.count
      const { problems } = await access.use(id, (store) => checkDataset(store, null))
      const count = problems
        .filter(({ severity }) => severity === 'warning')
        .reduce((sum, problem) => sum + problem.count, 0)
      warned.set(id, { version, count })
      return count
    },
    conversationRows: (id, row) => access.use(id, (store) => chainOf(store, row)),
    async keepRows(id, file, take) {
      const written = access.workFile(`${newDatasetId()}.parquet`)
      try {
        const kept = await access.use(id, async (store) => {
          const info = await access.infoOf(id, store)
          checkTrainable(info)
          return { version: info.version, ...(await writeRows(store, written)) }
        })
        const taken = await take(() => readRows(kept.columns, keptRows(kept)))
        await disk.rename(written, file)
        return { version: kept.version, columns: kept.columns, taken }
      } finally {
        await removeWork([written])
      }
    },
    addRows: (name, rows) => addRows(access, rows, { fallback: name }),
    async *rowsForTraining(id) {
      const info = await access.info(id)
      checkTrainable(info)
      const columnIds = info.columns.map((column) => column.id)
      const texts = async function* () {
        for (let from = 0; from < info.rowCount; from += ROWS_PER_READ)
          yield* await access.use(id, (store) => store.texts(from, from + ROWS_PER_READ, columnIds))
      }
      yield* readRows(info.columns, texts())
    },
  }
}

async function* readRows(columns: readonly Column[], rows: AsyncIterable<KeptRow>): AsyncGenerator<TrainingRow> {
  const read = rowReader(columns)
  let rowNumber = 1
  for await (const { rowId, cells } of rows) yield { rowId, rowNumber: rowNumber++, ...read(cells) }
}
