// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { ExportFormat, fail, ok, type FileFormats } from '../../../core/contract/index.ts'
import { putFakeStudio } from '../../testing/studio.ts'
import { loadFormats, useFormats, usualEndings, writingsOf } from './formats.store.ts'

const csv = { id: ExportFormat.parse('csv'), ending: 'csv' }
const chat = { id: ExportFormat.parse('chat'), ending: 'jsonl', fileName: 'train' }
const lines = { id: ExportFormat.parse('jsonl'), ending: 'jsonl' }
const known: FileFormats = {
  formats: [
    { id: 'csv', endings: ['csv', 'tsv'], options: [], writes: [csv] },
    { id: 'jsonl', endings: ['jsonl'], options: [], writes: [lines, chat] },
    { id: 'excel', endings: ['xlsx'], options: [], writes: [] },
  ],
  importEndings: ['csv', 'tsv', 'jsonl', 'xlsx', 'zip'],
}

beforeEach(() => useFormats.setState({ known: null }))

it('asks the host once', async () => {
  const studio = putFakeStudio({ 'datasets.formats': () => ok(known) })
  expect([await loadFormats(), await loadFormats()]).toEqual([ok(known), ok(known)])
  expect(studio.asked).toEqual([['datasets.formats', {}]])
  expect(useFormats.getState()).toEqual({ known })
})

it('asks again after a failure', async () => {
  putFakeStudio({ 'datasets.formats': () => fail('file/not-found', { file: 'x' }) })
  expect(await loadFormats()).toEqual(fail('file/not-found', { file: 'x' }))
  expect(useFormats.getState()).toEqual({ known: null })
  putFakeStudio({ 'datasets.formats': () => ok(known) })
  expect(await loadFormats()).toEqual(ok(known))
})

it('lists every way to write in order, and the first ending of each format', () => {
  expect(writingsOf(known)).toEqual([csv, lines, chat])
  expect(usualEndings(known)).toBe('csv, jsonl, xlsx')
  expect([writingsOf(null), usualEndings(null)]).toEqual([[], ''])
})
