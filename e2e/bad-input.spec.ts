import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from '@playwright/test'
import { root } from './support/command.ts'
import { chooseSetting, fillSetting, goTo, setting } from './support/rooms.ts'
import { beginningOf, type Texts } from './support/texts.ts'
import { expect, test, type Studio } from './support/studio.ts'

const importing = (page: Page, t: Texts) => () =>
  page
    .getByRole('button', { name: t('datasets:import') })
    .first()
    .click()

/** A file beside the library, to be picked. */
function writeBeside({ folders }: Studio, name: string, content: string | Uint8Array): string {
  const file = join(dirname(folders.library), name)
  writeFileSync(file, content)
  return file
}

test('a picture named .csv is refused in one sentence and leaves nothing behind', async ({ studio }) => {
  const { page, pick, picture, t, sentence } = studio
  const png = readFileSync(join(root, 'e2e', 'support', 'picture.png'))
  await goTo(page, t('datasets:room.title'))
  await pick(writeBeside(studio, '写真.csv', png), importing(page, t))
  await expect(page.getByText(sentence('dataset/not-a-table', { file: '写真.csv', found: 'PNG' }))).toBeVisible()
  await expect(page.getByText(t('datasets:emptyTitle'))).toBeVisible()
  await picture('png-refused')
})

test('a table without questions and answers says so at the dataset and cannot be trained', async ({ studio }) => {
  const { page, pick, picture, t, sentence } = studio
  await goTo(page, t('datasets:room.title'))
  await pick(writeBeside(studio, '値段.csv', '品名,値段\r\nりんご,120\r\nみかん,80\r\n'), importing(page, t))
  await expect(page.getByRole('dialog').getByRole('columnheader')).toHaveText([/品名/, /値段/])
  await picture('import-preview')
  await page
    .getByRole('dialog')
    .getByRole('button', { name: t('datasets:importDialog.confirm'), exact: true })
    .click()
  await expect(page.getByText(t('datasets:advice.noRoles'))).toBeVisible()
  await goTo(page, t('experiments:room.title'))
  const found = beginningOf(sentence('dataset/columns-missing', { dataset: '値段' }))
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await picture('columns-missing')
  await page.getByRole('button', { name: t('experiments:start'), exact: true }).click()
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await expect(page.getByText(t('experiments:empty.title'))).toBeVisible()
})

test('a table without rows says so at the dataset and cannot be trained', async ({ studio }) => {
  const { page, picture, t, sentence } = studio
  await goTo(page, t('datasets:room.title'))
  await page.getByRole('button', { name: t('datasets:create') }).click()
  await page.getByRole('menuitem', { name: t('datasets:createEmpty') }).click()
  await expect(
    page
      .getByRole('grid')
      .or(page.getByText(t('datasets:grid.noColumns')))
      .first(),
  ).toBeVisible()
  await goTo(page, t('experiments:room.title'))
  const found = sentence('dataset/empty', { dataset: t('datasets:create') })
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await picture('dataset-empty')
  await page.getByRole('button', { name: t('experiments:start'), exact: true }).click()
  await expect(setting(page, 'dataset.id')).toContainText(found)
  await expect(page.getByText(t('experiments:empty.title'))).toBeVisible()
})

test('a batch larger than the data is a warning, not an error', async ({ studio }) => {
  const { page, picture, t, sentence } = studio
  await page.getByRole('button', { name: t('home:steps.data.act') }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, t('experiments:room.title'))
  await fillSetting(page, 'training.batch_size', '64')
  await fillSetting(page, 'training.epochs', '1')
  const warning = page
    .getByRole('complementary')
    .getByRole('status')
    .filter({ hasText: sentence('plan/batch-larger-than-data', { rows: 10, batchSize: 64 }) })
  await expect(warning).toBeVisible()
  await picture('batch-warning')
  await page.getByRole('button', { name: t('experiments:start'), exact: true }).click()
  await expect(
    page.getByRole('article').locator('header').getByText(t('experiments:state.finished'), { exact: true }),
  ).toBeVisible({ timeout: 120_000 })
})

test('a value out of range is explained at its setting', async ({ studio }) => {
  const { page, picture, t, sentence } = studio
  await page.getByRole('button', { name: t('home:steps.data.act') }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, t('experiments:room.title'))
  await fillSetting(page, 'training.batch_size', '0')
  await expect(setting(page, 'training.batch_size')).toContainText(
    sentence('setting/range', { setting: 'training.batch_size', found: 0, min: 1, max: 256 }),
  )
  await chooseSetting(page, 'general.llm_backbone', /terakoya-tiny-ja/)
  await picture('out-of-range')
})
