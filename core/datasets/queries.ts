import { checkCells } from './bulk-edits.ts'
import { checkDataset } from './checks/index.ts'
import { exportTable } from './export.ts'
import { findMatch, listMatches } from './find.ts'
import { describeFormats } from './formats/registry.ts'
import { previewTable } from './import.ts'
import { listSteps } from './journal.ts'
import { listDatasets } from './listing.ts'
import { requireColumns } from './matching.ts'
import type { ServiceContext } from './service-context.ts'
import type { DatasetHandlers } from './service-types.ts'
import { statisticsOf } from './statistics/index.ts'
import { placesOf } from './views.ts'

type CellQueries = Pick<DatasetHandlers, 'page' | 'cell' | 'range' | 'findCell' | 'matches'>
type Queries = CellQueries &
  Pick<DatasetHandlers, 'list' | 'formats' | 'preview' | 'open' | 'history' | 'check' | 'statistics' | 'export'>

/** Calls that read cells. */
function cellQueries({ access }: ServiceContext): CellQueries {
  return {
    page: ({ id, offset, limit, view }) =>
      access.use(id, async (store) => store.page(offset, limit, await placesOf(store, view))),
    cell: ({ id, rowId, columnId }) =>
      access.use(id, async (store) => {
        requireColumns(await store.columns(), [columnId])
        return store.cell(rowId, columnId)
      }),
    range: ({ id, fromRow, toRow, fromColumn, toColumn, view }) =>
      access.use(id, async (store) => {
        const places = await placesOf(store, view)
        const columnIds = (await store.columns()).slice(fromColumn, toColumn + 1).map((column) => column.id)
        checkCells(Math.max(0, Math.min(toRow + 1, places.count) - fromRow), columnIds.length)
        return (await store.texts(fromRow, toRow + 1, columnIds, places)).map(({ cells }) => cells)
      }),
    findCell: ({ id, query, ...how }) => access.use(id, (store) => findMatch(store, query, how)),
    matches: ({ id, query, view, limit }) => access.use(id, (store) => listMatches(store, query, view, limit)),
  }
}

/** Calls that leave the library as it is. */
export function queries(context: ServiceContext): Queries {
  const { access, options, language } = context
  const counterOf = async (modelId: string | undefined) =>
    modelId === undefined ? null : ((await options.tokenCounter?.(modelId)) ?? null)
  return {
    ...cellQueries(context),
    list: () => listDatasets(access),
    formats: async () => describeFormats(),
    preview: ({ file, options: how }) => previewTable(file, how ?? {}, language()),
    open: ({ id }) => access.info(id),
    history: ({ id }) => access.use(id, listSteps),
    async check({ id, modelId, maxTokens }) {
      const counter = await counterOf(modelId)
      return access.use(id, (store) => checkDataset(store, counter && { counter, maxTokens }))
    },
    statistics: async ({ id, modelId }) => statisticsOf((work) => access.use(id, work), await counterOf(modelId)),
    export: ({ id, target, format, byteOrderMark }) =>
      access.use(id, async (store) => ({
        file: target,
        rowCount: await exportTable(store, { target, format, byteOrderMark }),
      })),
  }
}
