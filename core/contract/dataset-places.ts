import { z } from 'zod'
import { MAX_COLUMNS } from './column-name.ts'
import { ColumnId } from './dataset-rows.ts'

// Ranges and columns of a dataset, as several calls are given them.

export const Index = z.number().int().nonnegative()
export const Columns = z.array(ColumnId).min(1).max(MAX_COLUMNS)
/** A block of cells, both ends included. */
export const Block = { fromRow: Index, toRow: Index, fromColumn: Index, toColumn: Index }
