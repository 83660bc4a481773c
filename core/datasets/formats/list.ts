import { arrow } from './arrow.ts'
import { csv } from './csv.ts'
import { json } from './json.ts'
import { jsonl } from './jsonl.ts'
import { parquet } from './parquet.ts'
import type { TableFormat } from './table-format.ts'
import { workbook } from './workbook.ts'

/** Every format, in the order of menus and lists. A file is of the first that detects it. */
export const tableFormats: readonly TableFormat[] = [csv, workbook, parquet, arrow, json, jsonl]
