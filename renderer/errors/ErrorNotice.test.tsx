// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import type { AppError } from '../../core/contract/index.ts'
import { setLanguage, startTexts } from '../language/index.ts'
import { allByRole, byRole, click, doing, draw } from '../testing/dom.tsx'
import { ErrorNotice } from './ErrorNotice.tsx'

const full: AppError = { code: 'disk-full', facts: { file: '表.csv' } }
const inJapanese =
  'ディスクの空き容量が足りないため「表.csv」を保存できません。空きを作ってから、もう一度保存してください。'
const inEnglish = 'The disk is full, so "表.csv" could not be saved. Free some space and save again.'
const textOf = (role: string) => allByRole(role).map(({ textContent }) => textContent)

beforeEach(() => startTexts('ja'))

it('alerts with the sentence of the error, its facts in place, and no button', async () => {
  await draw(<ErrorNotice error={full} />)
  expect([textOf('alert'), textOf('button')]).toEqual([[inJapanese], []])
})

it('leaves it to the banner to say that the host is lost', async () => {
  await draw(<ErrorNotice error={{ code: 'web/disconnected', facts: {} }} onRetry={() => {}} />)
  expect([textOf('alert'), textOf('button')]).toEqual([[], []])
})

it('follows the language of the interface while it is shown', async () => {
  await draw(<ErrorNotice error={full} />)
  await doing(() => setLanguage('en'))
  expect(textOf('alert')).toEqual([inEnglish])
})

it('offers to try again, and tries once a press', async () => {
  const heard: string[] = []
  await draw(<ErrorNotice error={full} onRetry={() => heard.push('retry')} />)
  expect(textOf('alert')).toEqual([`${inJapanese}もう一度`])
  await click(byRole('button', 'もう一度'))
  await click(byRole('button', 'もう一度'))
  expect(heard).toEqual(['retry', 'retry'])
})

it('is a status where its tone is milder than an error, with the class of the view', async () => {
  await draw(<ErrorNotice error={full} tone="warning" className="mine" />)
  expect([textOf('alert'), textOf('status')]).toEqual([[], [inJapanese]])
  expect(allByRole('status')[0]!.classList.contains('mine')).toBe(true)
})

it('shows on request what a library said, which its sentence leaves out', async () => {
  await draw(
    <ErrorNotice error={{ code: 'model/unreadable', facts: { model: 'm', reason: 'Unexpected end of data' } }} />,
  )
  const [details] = document.querySelectorAll('details')
  expect([
    details?.open,
    details?.querySelector('summary')?.textContent,
    details?.querySelector('code')?.textContent,
  ]).toEqual([false, '詳細', 'Unexpected end of data'])
  expect(textOf('alert')[0]).toContain('モデル「m」のファイルを処理できません。')
})
