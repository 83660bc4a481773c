import { expect, it } from 'vitest'
import { ColumnId, RowId, type DatasetProblem } from '../../../../core/contract/index.ts'
import { marksOf } from './checks.store.ts'

const column = ColumnId.parse('c1')
const problem = (
  check: DatasetProblem['check'],
  severity: DatasetProblem['severity'],
  rows: readonly number[],
  columnId: DatasetProblem['columnId'],
): DatasetProblem => ({
  check,
  severity,
  columnId,
  count: rows.length,
  isRepairable: false,
  cells: rows.map((row) => ({ row, rowId: RowId.parse(row + 100), columnId })),
})

it('marks cells and rows with a warning once, and leaves remarks alone', () => {
  const marks = marksOf([
    problem('outer-space', 'warning', [1, 2], column),
    problem('mojibake', 'warning', [2], column),
    problem('placeholder', 'warning', [2], null),
    problem('duplicate', 'info', [3], null),
  ])
  expect([...marks]).toEqual([
    [RowId.parse(101), [column]],
    [RowId.parse(102), [column, null]],
  ])
})
