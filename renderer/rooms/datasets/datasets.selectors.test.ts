import { expect, test } from 'vitest'
import { ColumnId, type Column, type ColumnRole } from '../../../core/contract/index.ts'
import { missingRoles, sizeAdvice } from './datasets.selectors.ts'

const columns = (...roles: ColumnRole[]): Column[] =>
  roles.map((role, index) => ({ id: ColumnId.parse(`c${index}`), name: `列${index}`, role }))

test('names the roles that training would miss', () => {
  expect(
    [columns('prompt', 'answer'), columns('prompt', 'ignore'), columns('system', 'answer'), columns('ignore'), []].map(
      missingRoles,
    ),
  ).toEqual([null, 'noAnswer', 'noPrompt', 'noRoles', 'noRoles'])
})

test('says what a number of rows is good for', () => {
  expect([0, 1, 11, 99, 100, 999, 1000, 50_000, 50_001].map(sizeAdvice)).toEqual([
    'empty',
    'oneFact',
    'oneFact',
    'oneFact',
    'small',
    'small',
    'good',
    'good',
    'large',
  ])
})
