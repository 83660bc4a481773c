import { chromium, expect, test, type Browser, type Page } from '@playwright/test'
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { dirname, join } from 'node:path'
import { end, environmentOf, freshFolders, root, serve, terakoya, type Folders } from './support/command.ts'
import { cell, cellInput, goTo } from './support/rooms.ts'
import { sentence } from './support/sentence.ts'

let browser: Browser
test.beforeAll(async () => {
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
test.afterAll(() => browser.close())

type Look = NonNullable<Parameters<Browser['newContext']>[0]>
const newPage = async (look: Look = {}): Promise<Page> =>
  (
    await browser.newContext({
      locale: 'ja-JP',
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
      ...look,
    })
  ).newPage()
const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(root, 'artifacts', 'screenshots', `web-${name}.png`) })
const rail = (page: Page) => page.getByRole('navigation', { name: '部屋' })

/** A host whose terminal is a pipe of the test: its links, and the way to press Enter. */
function serveWithTerminal(
  folders: Folders,
  port: string,
): { readonly process: ChildProcess; readonly nextLink: () => Promise<string> } {
  const child = spawn(
    process.execPath,
    [join(root, 'bin', 'terakoya.mjs'), 'serve', '--port', port, '--library', folders.library],
    { cwd: root, env: environmentOf(folders), stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return { process: child, nextLink: async () => String((await lines.next()).value) }
}

test('a used link: the page says what to do; `terakoya link` and Enter give new ones, and the open window stays', async () => {
  const folders = freshFolders()
  const host = serveWithTerminal(folders, '0')
  const first = await host.nextLink()
  const page = await newPage()
  await page.goto(first)
  await expect(rail(page)).toBeVisible()

  const other = await newPage()
  await other.goto(first)
  await expect(other.getByRole('heading', { name: '新しいリンクで開いてください' })).toBeVisible()
  await expect(other.getByRole('heading', { name: 'Open the studio with a new link' })).toBeVisible()
  await expect(other.locator('code').first()).toHaveText('npx terakoya link')

  const { exitCode, stdout, stderr } = terakoya(folders, 'link')
  expect([exitCode, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]{48}\n$/)
  await other.getByRole('textbox').fill(first)
  await other.getByRole('button', { name: '開く' }).click()
  await expect(other.getByRole('alert').first()).toContainText('もう使われた')
  await other.getByRole('textbox').fill(stdout)
  await other.getByRole('button', { name: '開く' }).click()
  await expect(rail(other)).toBeVisible()

  host.process.stdin?.write('\n')
  const third = await newPage()
  await third.goto(await host.nextLink())
  await expect(rail(third)).toBeVisible()
  await goTo(page, '設定')
  await expect(page.getByRole('heading', { name: 'ライブラリ' })).toBeVisible()
  await end(host.process)
})

test('a window that has lost its host says so at once, and how to get a link where that was started anew', async () => {
  const folders = freshFolders()
  const { process: host, link } = await serve(folders)
  const page = await newPage()
  await page.goto(link)
  await expect(rail(page)).toBeVisible()
  await end(host)
  await expect(page.getByRole('alert')).toContainText('スタジオとの接続が切れました')
  await picture(page, 'lost')
  const again = await serve(folders, { port: Number(new URL(link).port) })
  // The window may have tried by itself meanwhile: the button is gone then.
  const now = page.getByRole('button', { name: '今すぐつなぐ' })
  const renewed = page.getByRole('heading', { name: '新しいリンクで開いてください' })
  await expect(now.or(renewed)).toBeVisible()
  await now.click({ timeout: 3000 }).catch(() => undefined)
  await expect(renewed).toBeVisible()
  await picture(page, 'renewed')
  await page.getByRole('textbox', { name: '新しいリンク' }).fill(again.link)
  await page.getByRole('button', { name: '開く', exact: true }).click()
  await expect(page.getByRole('alert')).toHaveCount(0)
  await goTo(page, '設定')
  await expect(page.getByRole('heading', { name: 'ライブラリ' })).toBeVisible()
  await end(again.process)
})

test('a window that has the cookie but not the key of its origin shows how to get a link', async () => {
  const { process: host, link } = await serve(freshFolders())
  const page = await newPage()
  await page.goto(link)
  await expect(rail(page)).toBeVisible()
  expect(new URL(page.url()).hash).toBe('')
  await page.reload()
  await expect(rail(page)).toBeVisible()
  for (const key of ['', '0'.repeat(48)]) {
    await page.evaluate((wrong) => localStorage.setItem('terakoya-key', wrong), key)
    await page.goto(new URL(link).origin)
    await expect(page.getByRole('heading', { name: '新しいリンクで開いてください' })).toBeVisible()
  }
  await end(host)
})

test('`terakoya link` without a host, with a killed one, and with several', async () => {
  const folders = freshFolders()
  expect(terakoya(folders, 'link')).toMatchObject({
    exitCode: 1,
    stdout: '',
    stderr: `${sentence('web/not-running', {})}\n`,
  })
  expect(terakoya(folders, 'link', 'x')).toMatchObject({
    exitCode: 2,
    stderr: `${sentence('cli/usage', { problem: 'x' })}\n`,
  })
  const killed = serveWithTerminal(folders, '0')
  await killed.nextLink()
  const gone = new Promise((resolve) => killed.process.once('exit', resolve))
  killed.process.kill('SIGKILL')
  await gone
  const files = () => readdirSync(folders.home).filter((name) => name.startsWith('serve-'))
  expect(files()).toHaveLength(1)
  expect(terakoya(folders, 'link')).toMatchObject({ exitCode: 1, stderr: `${sentence('web/not-running', {})}\n` })
  expect(files()).toEqual([])

  const [one, two] = [
    await serve(folders),
    await serve({ ...folders, library: join(dirname(folders.library), 'second') }),
  ]
  const ports = [one, two].map(({ link }) => new URL(link).port).sort((a, b) => Number(a) - Number(b))
  expect(terakoya(folders, 'link')).toMatchObject({
    exitCode: 1,
    stderr: `${sentence('web/several-hosts', { ports: ports.join(', ') })}\n`,
  })
  expect(terakoya(folders, 'link', '--port', ports[1] as string).stdout).toContain(`127.0.0.1:${ports[1]}/?token=`)
  await end(one.process)
  await end(two.process)
  expect(files()).toEqual([])
})

/** Folders of a user, some of which must not be offered. */
function furnish(home: string, outside: string): void {
  for (const folder of ['資料/2026 年度', '資料/古い表', 'デスクトップ', 'ダウンロード', 'Google ドライブ', '.ssh'])
    mkdirSync(join(home, folder), { recursive: true })
  mkdirSync(outside)
  symlinkSync(outside, join(home, '外'))
}

test('another library is opened with the keyboard alone, in a folder inside the home folder, and moved from there', async () => {
  const folders = freshFolders()
  const home = join(dirname(folders.library), 'user')
  furnish(home, join(dirname(folders.library), 'outside'))
  process.env['HOME'] = home
  const { process: host, link } = await serve(folders)
  const page = await newPage()
  await page.goto(link)
  await goTo(page, '設定')
  const library = page.locator('section', { has: page.getByRole('heading', { name: 'ライブラリ' }) })
  await library.getByRole('button', { name: '別のライブラリを開く…' }).click()
  const dialog = page.getByRole('dialog', { name: 'フォルダを選ぶ' })
  const option = (name: string) => dialog.getByRole('option', { name, exact: true })
  await expect(dialog.getByRole('option')).toHaveText(['Google ドライブ', 'ダウンロード', 'デスクトップ', '資料'])
  await expect(option('Google ドライブ')).toBeFocused()
  await picture(page, 'folders-home')
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect(option('2026 年度')).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect(dialog.getByText('この中にフォルダはありません。')).toBeVisible()
  await page.keyboard.press('Backspace')
  await expect(option('古い表')).toBeFocused()
  await page.keyboard.press('Backspace')
  await expect(option('資料')).toBeFocused()
  await page.keyboard.press('Backspace')
  await expect(option('資料')).toBeFocused()
  await page.keyboard.press('Enter')

  await dialog.getByRole('button', { name: '新しいフォルダ' }).click()
  await expect(dialog.getByRole('textbox')).toBeFocused()
  await page.keyboard.type('古い表')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText(sentence('folder/exists', { folder: '古い表' }))
  await picture(page, 'folders-new')
  await page.keyboard.press('Escape')
  await expect(dialog.getByRole('textbox')).toHaveCount(0)
  await dialog.getByRole('button', { name: '新しいフォルダ' }).click()
  await expect(dialog.getByRole('textbox')).toBeFocused()
  await page.keyboard.type('寺子屋')
  await page.keyboard.press('Enter')
  await expect(
    dialog.getByRole('navigation', { name: '今のフォルダ' }).or(dialog.getByRole('list', { name: '今のフォルダ' })),
  ).toContainText('寺子屋')
  await dialog.getByRole('button', { name: '「寺子屋」を使う' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(library).toContainText(join(home, '資料', '寺子屋'))
  expect(existsSync(join(home, '資料', '寺子屋', 'datasets'))).toBe(true)

  // The page itself may name nothing that was not picked.
  const refused = await page.evaluate(() =>
    Promise.all([
      window.studio.call('system.setLibrary', { folder: '/tmp' }),
      window.studio.call('system.pickFolder', { steps: ['外'] }),
      window.studio.call('system.pickFolder', { steps: ['..'] }),
      window.studio.call('system.folders', { steps: ['.ssh'] }),
    ]),
  )
  expect(refused.map((result) => !result.ok && result.error.code)).toEqual([
    'folder/not-picked',
    'folder/not-found',
    'folder/not-found',
    'folder/not-found',
  ])
  await movesOn(page, join(home, '資料', '寺子屋'), join(home, 'Google ドライブ'))
  await end(host)
})

/** The open library goes into an empty folder of the home folder; its old copy is deleted. */
async function movesOn(page: Page, from: string, to: string): Promise<void> {
  const library = page.locator('section', { has: page.getByRole('heading', { name: 'ライブラリ' }) })
  const made = await page.evaluate(() => window.studio.call('datasets.create', { from: 'sample' }))
  const id = made.ok ? made.value.id : ''
  await library.getByRole('button', { name: '別の場所へ移す…' }).click()
  const folders = page.getByRole('dialog', { name: 'フォルダを選ぶ' })
  await folders.getByRole('option', { name: 'Google ドライブ', exact: true }).dblclick()
  await folders.getByRole('button', { name: '「Google ドライブ」を使う' }).click()
  const dialog = page.getByRole('dialog', { name: 'ライブラリを移す' })
  await expect(dialog).toContainText('無料では 15 GB')
  await picture(page, 'library-move-plan')
  await page.setViewportSize({ width: 800, height: 600 })
  await picture(page, 'library-move-plan-800')
  await page.setViewportSize({ width: 1280, height: 800 })
  await dialog.getByRole('button', { name: '移す', exact: true }).click()
  await expect(library.getByText('ライブラリを移しました。')).toBeVisible()
  await expect(library).toContainText(to)
  await expect(library.getByRole('list', { name: '使っている容量' })).toContainText('データセット')
  await picture(page, 'library-moved')
  expect(existsSync(join(from, 'datasets', `${id}.duckdb`))).toBe(true)
  await library.getByRole('button', { name: '古いコピーを削除' }).click()
  await library.getByRole('button', { name: /^もう一度押すと/ }).click()
  await expect(library.getByRole('button', { name: /^もう一度押すと|古いコピー/ })).toHaveCount(0)
  expect([existsSync(from), existsSync(join(to, 'datasets', `${id}.duckdb`))]).toEqual([false, true])
  await goTo(page, 'データセット')
  await expect(page.getByRole('option').first()).toBeVisible()
}

test('a paste of 300,000 long Japanese cells is one call and one step', async () => {
  test.setTimeout(480_000)
  const { process: host, link } = await serve(freshFolders())
  const page = await newPage()
  await page.goto(link)
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: 'サンプルで始める' }).click()
  const grid = page.getByRole('grid')
  await expect(page.locator('[data-save-state="saved"]')).toBeVisible()
  const rowsBefore = (await grid.getAttribute('aria-rowcount')) as string
  await cell(page, 1, 1).click()
  const bytes = await page.evaluate(async () => {
    const text = '寺子屋では質問と回答の表を作り、小さな言語モデルに教えます。覚えていく様子も見られます。'
    const row = Array.from({ length: 3 }, (_, column) => `${text}${column}`).join('\t')
    const table = Array.from({ length: 100_000 }, (_, index) => `${index}${row}`).join('\r\n')
    await navigator.clipboard.writeText(table)
    return new TextEncoder().encode(table).length
  })
  expect(bytes).toBeGreaterThan(36e6)
  await cellInput(page).press('ControlOrMeta+V')
  await expect(grid).toHaveAttribute('aria-rowcount', '100002', { timeout: 180_000 })
  await expect(cell(page, 1, 1)).toHaveText(
    '0寺子屋では質問と回答の表を作り、小さな言語モデルに教えます。覚えていく様子も見られます。0',
  )
  await picture(page, 'large-paste')
  await cellInput(page).press('ControlOrMeta+Z')
  await expect(grid).toHaveAttribute('aria-rowcount', rowsBefore, { timeout: 180_000 })
  await end(host)
})

test('a file that the host cannot take is told in one sentence', async () => {
  const folders = freshFolders()
  const { process: host, link } = await serve(folders)
  const page = await newPage()
  await page.goto(link)
  await goTo(page, 'データセット')
  await page.route('**/upload-check?*', (route) =>
    route.continue({
      url: route
        .request()
        .url()
        .replace(/size=\d+/, 'size=20000000001'),
    }),
  )
  const file = join(dirname(folders.library), '大きな表.csv')
  writeFileSync(file, '質問,回答\r\nこれは?,それです。\r\n')
  const chooser = page.waitForEvent('filechooser')
  await page.getByRole('button', { name: 'ファイルを取り込む' }).first().click()
  await (await chooser).setFiles(file)
  await expect(page.getByText(sentence('upload/too-large', { file: '大きな表.csv', limit: 20 }))).toBeVisible()
  await end(host)
})

for (const [name, look] of Object.entries({
  'ja-light': { locale: 'ja-JP', colorScheme: 'light' },
  'en-dark': { locale: 'en-GB', colorScheme: 'dark', viewport: { width: 900, height: 600 } },
} satisfies Record<string, Look>)) {
  test(`pictures: the page without a session, ${name}`, async () => {
    const { process: host, link } = await serve(freshFolders())
    const page = await newPage(look)
    const faults: string[] = []
    page.on('console', (message) => faults.push(message.text()))
    await page.goto(new URL(link).origin)
    expect(await page.evaluate(() => getComputedStyle(document.body).display)).toBe('grid')
    expect(faults.filter((fault) => /Content Security Policy/.test(fault))).toEqual([])
    await picture(page, `door-${name}`)
    await end(host)
  })
}
