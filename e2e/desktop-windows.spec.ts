import type { ElectronApplication, Page } from '@playwright/test'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { environmentOf, freshFolders, root, type Folders } from './support/command.ts'
import { answerMessages, asked, expect, inWindow, isShown, launchDesktop, test } from './support/desktop.ts'
import { choose, fillSetting, goTo } from './support/rooms.ts'

const rail = (page: Page) => page.getByRole('navigation', { name: '部屋' })
const textOf = (app: ElectronApplication) => inWindow<string>(app, 'document.body.innerText').catch(() => '')

function errorsOf({ home }: Folders): string {
  const file = join(home, 'errors.log')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** Ends the window's process as the system does when memory is short; resolves when that is known. */
async function killPage(app: ElectronApplication): Promise<void> {
  const gone = app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) =>
        BrowserWindow.getAllWindows()[0]?.webContents.once('render-process-gone', () => resolve()),
      ),
  )
  const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId())
  process.kill(pid as number, 'SIGKILL')
  await gone
}

const isBack = (app: ElectronApplication) =>
  expect.poll(() => isShown(app).catch(() => false), { message: 'the window is back' }).toBe(true)

test('a window that is lost comes back with the run; the second time it asks', async ({
  desktop: { app, page, folders },
}) => {
  test.slow()
  await page.getByRole('button', { name: 'サンプルを開く' }).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, '実験')
  await fillSetting(page, 'training.epochs', '20')
  await page.getByRole('button', { name: '学習開始', exact: true }).click()
  await expect(page.getByRole('region', { name: '進み具合' })).toBeVisible()

  await answerMessages(app, 0)
  await killPage(app)
  await isBack(app)
  await expect.poll(() => textOf(app)).toMatch(/学習中[^]*トークン\/秒/)
  expect(await asked(app)).toEqual([])

  await killPage(app)
  await expect
    .poll(() => asked(app))
    .toEqual([
      {
        what: 'message',
        text: '画面が続けて停止しました。\n画面を開き直してください。続くときは、ほかのアプリを閉じてメモリを空けてください。\n開き直す\n閉じる',
      },
    ])
  await isBack(app)
  await expect.poll(() => textOf(app), { timeout: 180_000 }).toContain('完了')
  expect(errorsOf(folders).match(/\[window\] renderer process gone: killed/g)).toHaveLength(2)
})

test('a window that hangs asks whether to wait, and can be opened again', async ({ desktop: { app, page } }) => {
  await answerMessages(app, 1)
  void page
    .evaluate(() => {
      for (;;);
    })
    .catch(() => undefined)
  // Chromium tells so after half a minute without an answer to a click.
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.emit('unresponsive'))
  await isBack(app)
  expect(await asked(app)).toEqual([
    {
      what: 'message',
      text: '画面が応答していません。\nしばらく待つか、画面を開き直してください。実行中の学習は止まりません。\n待つ\n開き直す',
    },
  ])
})

test('a process of the studio that fails outside of any call is survived and written down', async ({
  desktop: { app, page, folders },
}) => {
  await app.evaluate(() => {
    setImmediate(() => {
      throw new Error('thrown by a test')
    })
    void Promise.reject(new Error('rejected by a test'))
  })
  for (const line of [/\[uncaught\] Error: thrown by a test/, /\[unhandled rejection\] Error: rejected by a test/])
    await expect.poll(() => errorsOf(folders)).toMatch(line)
  await goTo(page, '設定')
  await expect(page.getByRole('radiogroup', { name: '言語' })).toBeVisible()
})

test('two windows call and hear of events; the second start shows the first', async ({
  desktop: { app, page, folders, picture },
}) => {
  const opened = app.waitForEvent('window')
  await app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()
      ?.items.flatMap(({ submenu }) => submenu?.items ?? [])
      .find(({ label }) => label === '新しいウインドウ')
      ?.click(),
  )
  const second = await opened
  await expect(rail(second)).toBeVisible()
  await goTo(page, '設定')
  await choose(page, '外観', 'ダーク')
  for (const each of [page, second]) await expect(each.locator('html')).toHaveAttribute('data-theme', 'dark')
  await goTo(second, '設定')
  await choose(second, '言語', 'English')
  for (const each of [page, second]) await expect(each.locator('html')).toHaveAttribute('lang', 'en')
  await picture('two-windows-en-dark', second)
  await second.close()
  await choose(page, 'Language', '日本語')
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja')
  await picture('first-window-ja-dark')

  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize())
  const again = spawnSync(process.env['ELECTRON'] as string, ['.', '--no-sandbox'], {
    cwd: root,
    env: { ...environmentOf(folders), XDG_CONFIG_HOME: folders.home },
  })
  expect(again.status).toBe(0)
  await expect
    .poll(() =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().map((window) => window.isMinimized())),
    )
    .toEqual([false])
})

test('the token is kept until the studio ends unless a plain file is agreed to', async ({
  desktop: { page, picture },
}) => {
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: 'Hugging Face から取り込む' }).first().click()
  await page.getByRole('button', { name: 'トークンを設定' }).click()
  await expect(
    page.getByText('暗号化できる保管場所がないため、ファイルへ保存しないかぎり、スタジオを終了すると消えます。'),
  ).toBeVisible()
  await expect(
    page.getByRole('checkbox', { name: '暗号化せずにファイルへ保存する（このアカウントだけが読めます）' }),
  ).not.toBeChecked()
  await picture('token-without-keychain')
})

test('a damaged window.json does not keep the studio from opening', async () => {
  const folders = freshFolders()
  mkdirSync(folders.home, { recursive: true })
  writeFileSync(join(folders.home, 'window.json'), '{"width":"wide","height":null,"__proto__":{"x":1}}')
  const app = await launchDesktop(folders)
  await expect(rail(await app.firstWindow())).toBeVisible()
  expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getNormalBounds().width)).toBe(
    1280,
  )
  await app.close()
})
