// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { ColumnId, fail, ok, type CheckReport, type DatasetProblem } from '../../../../core/contract/index.ts'
import { startTexts } from '../../../language/index.ts'
import { aDataset } from '../../../testing/examples.ts'
import { allByRole, doing, draw } from '../../../testing/dom.tsx'
import { putFakeStudio } from '../../../testing/studio.ts'
import { ToastArea } from '../../../ui/index.ts'
import { openDocument } from '../document.ts'
import { check, useChecks, warningCount } from './checks.store.ts'

const problem = (severity: DatasetProblem['severity'], count: number): DatasetProblem => ({
  check: 'empty-answer',
  severity,
  columnId: ColumnId.parse('c1'),
  count,
  cells: [],
  isRepairable: false,
})
const report = (version: number, problems: readonly DatasetProblem[] = []): CheckReport => ({
  version,
  rowCount: 2,
  problems,
})
const aDocument = (id: string) => openDocument(aDataset(id))
const state = () => useChecks.getState()
const settled = () => new Promise((done) => setImmediate(done))

/** A host that answers each check when the test lets it, in the order in which they were asked. */
function host() {
  type Answer = ReturnType<typeof ok<CheckReport>> | ReturnType<typeof fail>
  const gates: ((answer: Answer) => void)[] = []
  const studio = putFakeStudio({
    'datasets.check': () => new Promise<Answer>((give) => void gates.push(give)),
    'datasets.rename': () => ok(aDataset('d', { name: '名前', version: 2 })),
  })
  return { studio, gates }
}

beforeAll(() => startTexts('ja'))
beforeEach(() => useChecks.setState(useChecks.getInitialState(), true))

it('keeps the report of the dataset in view while it is checked again, with the model asked for last', async () => {
  const { studio, gates } = host()
  const document = aDocument('d')
  const first = check(document, 'm1')
  expect(state()).toEqual({ id: 'd', report: null, isChecking: true, modelId: 'm1' })
  await settled()
  gates[0]!(ok(report(1)))
  await first
  expect(state()).toEqual({ id: 'd', report: report(1), isChecking: false, modelId: 'm1' })
  const second = check(document)
  expect(state()).toEqual({ id: 'd', report: report(1), isChecking: true, modelId: 'm1' })
  await settled()
  gates[1]!(ok(report(2)))
  await second
  expect(state()).toEqual({ id: 'd', report: report(2), isChecking: false, modelId: 'm1' })
  const input = { id: 'd', modelId: 'm1' }
  expect(studio.asked).toEqual([
    ['datasets.check', input],
    ['datasets.check', input],
  ])
})

it('names no model where none counts the tokens', async () => {
  const { studio, gates } = host()
  useChecks.setState({ modelId: 'm1' })
  const checking = check(aDocument('d'), null)
  await settled()
  gates[0]!(ok(report(1)))
  await checking
  expect(studio.asked).toEqual([['datasets.check', { id: 'd' }]])
  expect(state().modelId).toBe(null)
})

it('drops the answer to another dataset or model', async () => {
  const { gates } = host()
  const [left, right] = [aDocument('d'), aDocument('e')]
  const asked = [check(left, null), check(right, null), check(right, 'm1')]
  await settled()
  gates[0]!(ok(report(1)))
  gates[1]!(ok(report(2)))
  await Promise.all(asked.slice(0, 2))
  expect(state()).toEqual({ id: 'e', report: null, isChecking: true, modelId: 'm1' })
  gates[2]!(ok(report(3)))
  await asked[2]
  expect(state()).toEqual({ id: 'e', report: report(3), isChecking: false, modelId: 'm1' })
})

it('asks after the changes that are on their way', async () => {
  const { studio, gates } = host()
  const document = aDocument('d')
  const renaming = document.rename('名前')
  const checking = check(document)
  await settled()
  gates[0]!(ok(report(2)))
  await Promise.all([renaming, checking])
  expect(studio.asked.map(([name]) => name)).toEqual(['datasets.rename', 'datasets.check'])
})

it('says why it could not check, and keeps the report that it had', async () => {
  const { gates } = host()
  await draw(<ToastArea />)
  useChecks.setState({ id: aDataset('d').id, report: report(1) })
  const checking = check(aDocument('d'))
  await settled()
  await doing(async () => {
    gates[0]!(fail('file/not-found', { file: 'd.csv' }))
    await checking
  })
  expect(state()).toEqual({ id: 'd', report: report(1), isChecking: false, modelId: null })
  expect(allByRole('alertdialog').map(({ textContent }) => textContent)).toEqual([
    'ファイル「d.csv」が見つかりません。',
  ])
})

it('counts warnings, not remarks; none where nothing was checked', () => {
  expect(warningCount(state())).toBe(0)
  const problems = [problem('warning', 3), problem('info', 50), problem('warning', 4)]
  useChecks.setState({ report: report(1, problems) })
  expect(warningCount(state())).toBe(7)
})
