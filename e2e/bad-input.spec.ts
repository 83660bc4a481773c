import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from '@playwright/test'
import { root } from './support/command.ts'
import { chooseSetting, fillSetting, goTo, setting } from './support/rooms.ts'
import { sentence } from './support/sentence.ts'
import { expect, test, type Studio } from './support/studio.ts'

const importing = (page: Page) => () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click()

/** A file beside the library, to be picked. */
function writeBeside({ folders }: Studio, name: string, content: string | Uint8Array): string {
  const file = join(dirname(folders.library), name)
  writeFileSync(file, content)
  return file
}

test('a picture named .csv is refused in one sentence and leaves nothing behind', async ({ studio }) => {
  const { page, pick, picture } = studio
  const png = readFileSync(join(root, 'e2e', 'support', 'picture.png'))
  await goTo(page, 'データセット')
  await pick(writeBeside(studio, '写真.csv', png), importing(page))
  await expect(page.getByText(sentence('dataset/not-a-table', { file: '写真.csv', found: 'PNG' }))).toBeVisible()
  await expect(page.getByText('データセットはまだありません')).toBeVisible()
  await picture('png-refused')
})

test('a table without questions and answers says so at the dataset and cannot be trained', async ({ studio }) => {
  const { page, pick, picture } = studio
  await goTo(page, 'データセット')
  await pick(writeBeside(studio, '値段.csv', '品名,値段\r\nりんご,120\r\nみかん,80\r\n'), importing(page))
  await expect(page.getByRole('dialog').getByRole('columnheader')).toHaveText([/品名/, /値段/])
  await picture('import-preview')
  await page.getByRole('dialog').getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(page.getByText('質問の列と回答の列がありません。')).toBeVisible()
  await goTo(page, '実験')
  const found = 'データセット「値段」に質問と回答の列がありません'
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await picture('columns-missing')
  await page.getByRole('button', { name: '学習開始', exact: true }).click()
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await expect(page.getByText('まだ実験がありません')).toBeVisible()
})

test('a table without rows says so at the dataset and cannot be trained', async ({ studio }) => {
  const { page, picture } = studio
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: '新しいデータセット' }).click()
  await page.getByRole('menuitem', { name: '空の表から' }).click()
  await expect(page.getByRole('grid').or(page.getByText('列がありません')).first()).toBeVisible()
  await goTo(page, '実験')
  const found = sentence('dataset/empty', { dataset: '新しいデータセット' })
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await picture('dataset-empty')
  await page.getByRole('button', { name: '学習開始', exact: true }).click()
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await expect(page.getByText('まだ実験がありません')).toBeVisible()
})

test('a batch larger than the data is a warning, not an error', async ({ studio }) => {
  const { page, picture } = studio
  await page.getByRole('button', { name: 'サンプルを開く' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, '実験')
  await fillSetting(page, 'training.batch_size', '64')
  await fillSetting(page, 'training.epochs', '1')
  const warning = page
    .getByRole('complementary')
    .getByRole('status')
    .filter({ hasText: sentence('plan/batch-larger-than-data', { rows: 10, batchSize: 64 }) })
  await expect(warning).toBeVisible()
  await picture('batch-warning')
  await page.getByRole('button', { name: '学習開始', exact: true }).click()
  await expect(page.getByRole('article').locator('header').getByText('完了', { exact: true })).toBeVisible({
    timeout: 120_000,
  })
})

test('a value out of range is explained at its setting', async ({ studio }) => {
  const { page, picture } = studio
  await page.getByRole('button', { name: 'サンプルを開く' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, '実験')
  await fillSetting(page, 'training.batch_size', '0')
  await expect(setting(page, 'training.batch_size')).toContainText('1 から 256 の間で入力してください。')
  await chooseSetting(page, 'general.llm_backbone', /terakoya-tiny-ja/)
  await picture('out-of-range')
})
