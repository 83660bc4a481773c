// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok, type CheckReport, type DatasetProblem, type Result } from '../../../../core/contract/index.ts'
import { aDataset } from '../../../testing/examples.ts'
import { putFakeStudio, type FakeStudio } from '../../../testing/studio.ts'
import { openDocument } from '../document.ts'
import { check, useChecks, warningCount } from './checks.store.ts'

const problem = (severity: DatasetProblem['severity'], count: number): DatasetProblem => ({
  check: 'outer-space',
  severity,
  columnId: null,
  count,
  isRepairable: true,
  cells: [],
})
const report = (version: number, problems: readonly DatasetProblem[] = []): CheckReport => ({
  version,
  rowCount: 2,
  problems,
})

let studio: FakeStudio
let answers: ((result: Result<CheckReport>) => void)[]
beforeEach(() => {
  answers = []
  studio = putFakeStudio({ 'datasets.check': () => new Promise((answer) => answers.push(answer)) })
  useChecks.setState({ id: null, report: null, isChecking: false, modelId: null })
})

const document = openDocument(aDataset('a'))
const asked = () => studio.asked.filter(([name]) => name === 'datasets.check').map(([, input]) => input)
const settled = () => new Promise((done) => setImmediate(done))

it('checks the dataset, counts its warnings, and keeps the report while it is checked again', async () => {
  void check(document)
  await settled()
  expect(useChecks.getState()).toMatchObject({ id: 'a', report: null, isChecking: true })
  const found = report(1, [problem('warning', 3), problem('info', 5), problem('warning', 2)])
  answers[0]!(ok(found))
  await settled()
  expect(useChecks.getState()).toMatchObject({ report: found, isChecking: false })
  expect(warningCount(useChecks.getState())).toBe(5)
  void check(document)
  expect(useChecks.getState()).toMatchObject({ report: found, isChecking: true })
})

it('counts the tokens of the chosen model from then on, until none is chosen', async () => {
  void check(document, 'm')
  void check(document)
  void check(document, null)
  await settled()
  expect(asked()).toEqual([{ id: 'a', modelId: 'm' }, { id: 'a', modelId: 'm' }, { id: 'a' }])
})

it('drops the answer for a model or a dataset that is no longer asked for', async () => {
  void check(document, 'm')
  void check(document, null)
  await settled()
  answers[0]!(ok(report(1)))
  await settled()
  expect(useChecks.getState()).toMatchObject({ report: null, isChecking: true })
  void check(openDocument(aDataset('b')))
  await settled()
  answers[1]!(ok(report(1)))
  await settled()
  expect(useChecks.getState()).toMatchObject({ id: 'b', report: null, isChecking: true })
})

it('forgets the report of another dataset', async () => {
  void check(document)
  await settled()
  answers[0]!(ok(report(1, [problem('warning', 3)])))
  await settled()
  void check(openDocument(aDataset('b')))
  expect(useChecks.getState()).toMatchObject({ id: 'b', report: null })
  expect(warningCount(useChecks.getState())).toBe(0)
})

it('keeps the last report where the check is refused', async () => {
  void check(document)
  await settled()
  answers[0]!(ok(report(1)))
  await settled()
  void check(document)
  await settled()
  answers[1]!(fail('dataset/not-found', { id: 'a' }))
  await settled()
  expect(useChecks.getState()).toMatchObject({ report: report(1), isChecking: false })
})
