import { expect, it } from 'vitest'
import { runProgram } from '../kernels/run-program.ts'
import { reshape } from './ops/index.ts'
import { Builder } from './builder.ts'
import { rowsOf, total } from './total.ts'

it.each([
  [1, 1, 1],
  [7, 1, 7],
  [4096, 1, 4096],
  [10_000, 4, 2500],
  [12_288, 3, 4096],
  [4099, 4099, 1],
])('cuts a vector of %i into %i rows of %i', (count, rows, columns) => {
  expect(rowsOf(count)).toEqual([rows, columns])
})

it.each([1, 10_000, 4099])('adds up all %i elements', async (count) => {
  const b = new Builder()
  b.output('sum', total(reshape(b.input('x', 'float32', [count]), rowsOf(count))))
  const { sum } = await runProgram(b.build(), { x: Float32Array.from({ length: count }, (_, index) => index % 8) }, {})
  expect([...(sum as Float32Array)]).toEqual([
    Array.from({ length: count }, (_, index) => index % 8).reduce((all, value) => all + value, 0),
  ])
})
