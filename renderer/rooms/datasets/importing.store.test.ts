// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import {
  fail,
  ok,
  type ColumnId,
  type DatasetId,
  type ImportOptions,
  type ImportPreview,
  type Result,
} from '../../../core/contract/index.ts'
import { putFakeStudio } from '../../testing/studio.ts'
import {
  choose,
  chooseColumns,
  chooseTarget,
  chooseTargets,
  finishLooking,
  lookAt,
  useImporting,
} from './importing.store.ts'

const file = { path: '/picked/rows.csv', name: 'rows.csv', sizeBytes: 12 }
const preview = (rows: ImportPreview['rows']): ImportPreview => ({
  file: file.name,
  format: 'csv',
  options: {},
  sources: ['問い', '答え'],
  columns: [
    { name: '問い', role: 'prompt' },
    { name: '答え', role: 'answer' },
  ],
  rows,
  isWhole: true,
})

let asked: { readonly options: ImportOptions; readonly answer: (result: Result<ImportPreview>) => void }[]
beforeEach(() => {
  asked = []
  putFakeStudio({ 'datasets.preview': ({ options = {} }) => new Promise((answer) => asked.push({ options, answer })) })
  finishLooking(false)
})
const looking = () => useImporting.getState().looking
const settled = () => new Promise((done) => setImmediate(done))

it('shows the answer to the latest choice, whichever answer comes last', async () => {
  void lookAt(file)
  choose({ encoding: 'shift_jis' } as ImportOptions)
  asked[1]!.answer(ok(preview([['漢字', '読める']])))
  await settled()
  asked[0]!.answer(ok(preview([['æ–‡', '化け']])))
  await settled()
  expect(looking()?.preview?.rows).toEqual([['漢字', '読める']])
})

it('drops a preview that is wrong now, and says why', async () => {
  void lookAt(file)
  asked[0]!.answer(ok(preview([['一', '二']])))
  await settled()
  choose({ sheet: '無い' } as ImportOptions)
  asked[1]!.answer(fail('file/not-found', { file: file.name }))
  await settled()
  expect([looking()?.preview, looking()?.error]).toEqual([null, { code: 'file/not-found', facts: { file: file.name } }])
})

it('gives the choices to whoever asked: columns as they were chosen', async () => {
  const confirmed = lookAt(file)
  chooseColumns([{ from: '答え', name: '返事', isKept: true }], ['問い', '答え'])
  const asNew = looking()
  finishLooking(true)
  expect(await confirmed).toBe(asNew)
  expect(asNew).toMatchObject({ file, into: null, choices: [{ name: '返事' }] })
  expect(looking()).toBe(null)
})

it('lets targets say what becomes of the columns where rows go below others', async () => {
  const confirmed = lookAt(file)
  chooseColumns([{ from: '答え', name: '返事', isKept: true }], ['問い', '答え'])
  chooseTarget('d' as DatasetId)
  expect([looking()?.choices, looking()?.options.columns, asked.at(-1)?.options.columns]).toEqual([
    null,
    undefined,
    undefined,
  ])
  const targets = [{ from: '問い', to: 'c1' as ColumnId }]
  chooseTargets(targets)
  finishLooking(true)
  expect(await confirmed).toMatchObject({ into: 'd', targets })
})

it('matches columns anew where another dataset gets them, or the file is read otherwise', () => {
  void lookAt(file)
  for (const change of [() => chooseTarget('e' as DatasetId), () => choose({ hasHeader: false })]) {
    chooseTargets([{ from: '問い', to: 'none' }])
    change()
    expect(looking()?.targets).toBe(null)
  }
})

it('gives nothing where it is cancelled, or where another file is looked at', async () => {
  const first = lookAt(file)
  const second = lookAt({ ...file, name: 'other.csv' })
  expect(await first).toBe(null)
  finishLooking(false)
  expect(await second).toBe(null)
})

it('forgets chosen columns when the file is read otherwise', () => {
  void lookAt(file)
  chooseColumns([], ['問い', '答え'])
  choose({ header: false } as ImportOptions)
  expect([looking()?.choices, looking()?.options.columns]).toEqual([null, undefined])
})
