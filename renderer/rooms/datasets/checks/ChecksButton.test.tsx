// @vitest-environment happy-dom
import { beforeAll, expect, it } from 'vitest'
import type { CheckReport, DatasetProblem } from '../../../../core/contract/index.ts'
import { startTexts } from '../../../language/index.ts'
import { allByRole, doing, draw, nameOf } from '../../../testing/dom.tsx'
import { aDataset } from '../../../testing/examples.ts'
import { useChecks } from './checks.store.ts'
import { ChecksButton } from './ChecksButton.tsx'

beforeAll(() => startTexts('ja'))

const problem: DatasetProblem = {
  check: 'empty-answer',
  severity: 'warning',
  columnId: null,
  count: 3,
  cells: [],
  isRepairable: false,
}
const info = aDataset('d', { version: 2 })
const found = (version: number, problems: readonly DatasetProblem[]): CheckReport => ({
  version,
  rowCount: 2,
  problems,
})
/** The icon and the name of the button. */
const shown = () => {
  const [button] = allByRole('button')
  return [/lucide-([a-z-]+)/.exec(button!.innerHTML.replace('lucide-icon', ''))?.[1], nameOf(button!)]
}

it('says that all is well only once the dataset was checked as it is now; problems stay in view meanwhile', async () => {
  await draw(<ChecksButton info={info} onPress={() => {}} />)
  const unknown = ['list-checks', '確認']
  expect(shown()).toEqual(unknown)
  const put = (report: CheckReport | null, id = info.id) =>
    doing(() => useChecks.setState({ id, report, isChecking: report === null }))
  await put(null)
  expect(shown()).toEqual(unknown)
  await put(found(1, []))
  expect(shown()).toEqual(unknown)
  await put(found(2, []), aDataset('e').id)
  expect(shown()).toEqual(unknown)
  await put(found(1, [problem]))
  expect(shown()).toEqual(['triangle-exclamation-point', '確認：3 か所に問題があります'])
  await put(found(2, []))
  expect(shown()).toEqual(['circle-check', '確認：0 か所に問題があります'])
})
