import { chromium, type Browser, type Page } from '@playwright/test'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { end, root, serve, terakoya } from './support/command.ts'
import { choose, goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

const shown = (page: Page, name: string) =>
  page.screenshot({ path: join(root, 'artifacts', 'screenshots', `library-${name}.png`) })

test('what was deleted is brought back, or deleted for good with a second press, in the settings', async ({
  studio: { page },
}) => {
  await goTo(page, 'データセット')
  for (let count = 0; count < 2; count++) {
    await page.getByRole('button', { name: '新しいデータセット' }).first().click()
    await page.getByRole('menuitem', { name: '空の表から' }).click()
    await expect(page.getByRole('option')).toHaveCount(1)
    await page.getByRole('toolbar').getByRole('button', { name: 'その他の操作' }).click()
    await page.getByRole('menuitem', { name: 'データセットを削除' }).click()
    await expect(page.getByText('を削除しました').first()).toBeVisible()
    await expect(page.getByRole('option')).toHaveCount(0)
  }
  await goTo(page, '設定')
  const trash = page.getByRole('list', { name: 'ごみ箱' })
  await expect(trash.getByRole('listitem')).toHaveCount(2)
  await trash.scrollIntoViewIfNeeded()
  await shown(page, 'trash-ja')
  await trash
    .getByRole('button', { name: /元に戻す$/ })
    .first()
    .press('Enter')
  await expect(trash.getByRole('listitem')).toHaveCount(1)
  const remove = trash.getByRole('button', { name: /^完全に削除/ })
  await remove.press('Enter')
  await expect(trash.getByRole('button', { name: /^もう一度押すと/ })).toBeVisible()
  await shown(page, 'trash-ja-armed')
  await page.keyboard.press('Shift+Tab')
  await expect(remove).toBeVisible()
  await choose(page, '外観', 'ダーク')
  await choose(page, '言語', 'English')
  await page.getByRole('button', { name: 'Empty the trash' }).scrollIntoViewIfNeeded()
  await shown(page, 'trash-en-dark')
  await page.getByRole('button', { name: 'Empty the trash' }).click()
  await page.getByRole('button', { name: /^Press again/ }).click()
  await expect(page.getByText('The trash is empty.')).toBeVisible()
})

test('a second studio on the same library reads it, and takes it over', async ({ studio: { page, folders } }) => {
  const notice = (window: Page) => window.getByText(/使っているため、変更できません/)
  await expect(notice(page)).toHaveCount(0)
  const second = await serve(folders)
  let browser: Browser | null = null
  try {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    })
    const other = await (
      await browser.newContext({ locale: 'ja-JP', viewport: { width: 1280, height: 800 } })
    ).newPage()
    await other.goto(second.link)
    await expect(notice(other)).toBeVisible()
    await goTo(page, 'データセット')
    await page.getByRole('button', { name: 'サンプルで始める' }).click()
    await goTo(other, 'データセット')
    await expect(other.getByRole('option', { name: /サンプル/ })).toBeVisible({ timeout: 15_000 })
    await shown(other, 'reader-ja')
    const refused = terakoya(folders, 'train', 'nothing.yaml')
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringContaining('このライブラリは')])
    await other.getByRole('button', { name: 'ここに引き継ぐ' }).click()
    await expect(notice(page)).toBeVisible({ timeout: 30_000 })
    await expect(notice(other)).toHaveCount(0)
    await expect(other.getByRole('option', { name: /サンプル/ })).toBeVisible()
    await page.emulateMedia({ colorScheme: 'dark' })
    await shown(page, 'reader-dark')
    await browser.close()
    await end(second.process)
    await expect(notice(page)).toHaveCount(0, { timeout: 30_000 })
    expect(JSON.parse(await readFile(join(folders.library, '.terakoya-lock'), 'utf8'))).toMatchObject({ kind: 'web' })
  } finally {
    await browser?.close()
    await end(second.process)
  }
})

test('a file that is no dataset of ours is listed with its reason and can be put away', async ({
  studio: { page, folders },
}) => {
  await writeFile(join(folders.library, 'datasets', 'broken.duckdb'), 'not a database')
  await page.reload()
  await goTo(page, 'データセット')
  await expect(page.getByRole('option', { name: /broken/ })).toContainText('開けません')
  await page.getByRole('option', { name: /broken/ }).click()
  await expect(page.getByRole('alert')).toContainText('broken.duckdb')
  await shown(page, 'broken-ja')
  await page.getByRole('button', { name: 'ごみ箱に移す' }).click()
  await expect(page.getByRole('option', { name: /broken/ })).toHaveCount(0)
})
