import { chromium, type Page } from '@playwright/test'
import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startHubServer, type HubServer, type TestRepository } from '../core/hub/testing/hub-server.ts'
import { startOllamaServer, type OllamaServer } from '../core/ollama/testing/ollama-server.ts'
import { freshFolders, root, serve, type Folders } from './support/command.ts'
import { launchDesktop } from './support/desktop.ts'
import { fillSetting, goTo, setting } from './support/rooms.ts'
import { expect, test, type StudioOptions } from './support/studio.ts'

const ID = 'someone/tiny-japanese'
const WEIGHTS = 'model.safetensors'
const shipped = join(root, 'resources', 'models', 'terakoya-tiny-ja')

/** The shipped model, as somebody might have uploaded it, and one that was quantized. */
function modelsOfTheHub(): TestRepository[] {
  const files = Object.fromEntries(
    readdirSync(shipped).map((name) => [name, new Uint8Array(readFileSync(join(shipped, name)))]),
  )
  const config = JSON.parse(readFileSync(join(shipped, 'config.json'), 'utf8')) as object
  const quantized = JSON.stringify({ ...config, quantization_config: { quant_method: 'gptq', bits: 4 } })
  const shared = { kind: 'models', downloads: 12, likes: 3, tags: ['license:mpl-2.0'] } as const
  return [
    {
      ...shared,
      id: ID,
      config,
      safetensors: { total: 15_000_000, parameters: { F16: 15_000_000 } },
      branches: { main: files },
    },
    { ...shared, id: `${ID}-GPTQ-Int4`, branches: { main: { ...files, 'config.json': quantized } } },
  ]
}

let server: HubServer
let ollama: OllamaServer
test.beforeAll(async () => {
  ollama = await startOllamaServer()
  process.env['OLLAMA_HOST'] = ollama.host
  server = await startHubServer(modelsOfTheHub())
  process.env['HF_ENDPOINT'] = server.url
})
test.afterAll(() => Promise.all([server.close(), ollama.close()]))

interface Opened {
  readonly page: Page
  /** Ends the host as a crash does. */
  readonly kill: () => Promise<void>
}

async function openInChromium(folders: Folders): Promise<Opened> {
  const host = await serve(folders)
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const context = await browser.newContext({ locale: 'ja-JP', viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  await page.goto(host.link)
  return {
    page,
    async kill() {
      const gone = new Promise((resolve) => host.process.once('exit', resolve))
      host.process.kill('SIGKILL')
      await gone
      await browser.close()
    },
  }
}

async function openInElectron(folders: Folders): Promise<Opened> {
  const app = await launchDesktop(folders)
  const page = await app.firstWindow()
  return {
    page,
    async kill() {
      const gone = new Promise<void>((resolve) => app.once('close', () => resolve()))
      app.process().kill('SIGKILL')
      await gone
    },
  }
}

const running = new Set<Opened>()
test.afterEach(async () => {
  for (const opened of running) await opened.kill()
  running.clear()
})

async function open(host: StudioOptions['host'], folders: Folders): Promise<Opened> {
  const opened = await (host === 'web' ? openInChromium(folders) : openInElectron(folders))
  running.add(opened)
  // Keys are heard from then on.
  await expect(opened.page.getByRole('navigation', { name: '部屋' })).toBeVisible()
  return {
    page: opened.page,
    async kill() {
      running.delete(opened)
      await opened.kill()
    },
  }
}

/** How many answers with contents a server has given: those that it may be told to misbehave in. */
const contentsSince = (from: number): number =>
  server.requests
    .slice(from)
    .filter(
      ({ at, path }) =>
        at === 'cdn' || (/\/(resolve|raw)\//.test(path) && !/\.(safetensors|model)$/.test(path.split('?')[0] ?? '')),
    ).length

test('a model is found by name, downloaded over the end of the host, trained, and goes out as GGUF', async ({
  host,
}) => {
  test.slow()
  const folders = freshFolders()
  const first = await open(host, folders)
  const { page } = first
  await page.getByRole('button', { name: 'モデル', exact: true }).click()
  await page.getByRole('button', { name: '追加', exact: true }).click()
  const dialog = page.getByRole('dialog', { name: 'モデルを追加' })
  await dialog.getByRole('tab', { name: 'Hugging Face で探す' }).click()
  await dialog.getByRole('searchbox').fill('tiny-japanese')
  await page.keyboard.press('Enter')
  const found = dialog.getByRole('button', { name: new RegExp(`^${ID} \\d`) })
  await expect(found).toContainText('学習：収まる')
  await expect(found).toContainText('ダウンロード 28.6 MB')
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', `${host}-models-search.png`) })
  await dialog.getByRole('button', { name: `${ID}-GPTQ-Int4` }).click()
  await expect(dialog).toContainText('量子化済み（GPTQ）')
  const before = server.requests.length
  await dialog.getByRole('button', { name: `代わりに使えるモデル：${ID}` }).click()

  const download = dialog.getByRole('button', { name: /^ダウンロード（/ })
  await expect(download).toBeVisible()
  await expect(dialog.getByRole('row', { name: /^元のまま/ })).toContainText('収まる')
  await expect(dialog.getByRole('list', { name: /^ダウンロードするファイル/ })).toContainText(WEIGHTS)
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', `${host}-models-inspection.png`) })

  // The host looks at the model once more, brings the small files, and then the weights: those are held in the middle.
  const small = readdirSync(shipped).length - 1
  const sound = Array.from({ length: contentsSince(before) + small }, () => ({ longer: 0 }))
  server.misbehave(...sound, { hold: 8e6 })
  await download.click()
  // The last figure that was told before nothing more came in.
  await expect(dialog.getByText(/^[1-8](\.\d)? MB \/ 31/)).toBeVisible()
  await dialog.getByRole('button', { name: 'ダウンロードの一覧' }).click()
  await expect(page.getByRole('dialog', { name: 'ダウンロード' }).getByRole('listitem')).toContainText(ID)
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', `${host}-models-download.png`) })
  await first.kill()
  server.misbehave()
  server.cut()
  const asked = server.requests.length

  const { page: again } = await open(host, folders)
  await goTo(again, 'ホーム')
  await again.getByRole('button', { name: 'サンプルを開く', exact: true }).click()
  await goesOn(again)
  expect(server.requests.slice(asked).map(({ path }) => path.split('/').at(-1))).not.toContain('tokenizer.json')
})

/** The download that an earlier host has begun is resumed; its model is chosen in the form. */
async function goesOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'ダウンロードの一覧を開く 一時停止' }).click()
  const item = page.getByRole('dialog', { name: 'ダウンロード' }).getByRole('listitem')
  await expect(item).toContainText('一時停止しています')
  await item.getByRole('button', { name: '再開' }).click()
  await item.getByRole('button', { name: 'モデルを見る' }).click()
  await expect(page.getByRole('heading', { name: 'tiny-japanese' })).toBeVisible()
  await expect(page.getByText(`${ID}（`)).toBeVisible()
  await page.getByRole('button', { name: 'このモデルで学習する' }).click()
  await expect(setting(page, 'general.llm_backbone').getByRole('button').first()).toContainText('tiny-japanese')
  await fillSetting(page, 'training.epochs', '6')
  await page.getByRole('button', { name: '学習開始', exact: true }).click()
  const state = page.getByRole('article').locator('header')
  await expect(state.getByText('完了', { exact: true })).toBeVisible({ timeout: 120_000 })
  await goesOut(page)
  await goTo(page, 'モデル')
  await page.getByRole('button', { name: 'その他の操作' }).click()
  await page.getByRole('menuitem', { name: '削除' }).click()
  const question = page.getByRole('dialog', { name: /を削除しますか/ })
  await expect(question.getByRole('listitem')).toHaveCount(1)
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', 'models-remove.png'), animations: 'disabled' })
  await question.getByRole('button', { name: '削除', exact: true }).click()
  await page.getByRole('button', { name: '元に戻す' }).click()
  await expect(page.getByRole('heading', { name: 'tiny-japanese' })).toBeVisible()
  await page.getByRole('button', { name: 'チャットで話す' }).click()
  await expect(page.getByRole('button', { name: /モデル 1/ })).toContainText('tiny-japanese')
}

/** What was learnt is written for Ollama, and llama.cpp goes on with it as the studio does. */
async function goesOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: '書き出す', exact: true }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Ollama', { exact: true }).click()
  await dialog.getByRole('button', { name: /重みの細かさ/ }).click()
  await page.getByRole('option', { name: /^F16/ }).click()
  await dialog.getByRole('textbox', { name: 'Ollama での名前' }).fill('犬')
  await expect(dialog.getByRole('button', { name: '書き出す', exact: true })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Ollama での名前' }).fill('journey')
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', 'export-ollama-choice.png') })
  await dialog.getByRole('button', { name: '書き出す', exact: true }).click()
  await expect(dialog.getByText('書き出しました', { exact: true })).toBeVisible({ timeout: 120_000 })
  await expect(dialog.getByText(/すべて実験と同じ答えでした/)).toBeVisible()
  await expect(dialog.getByText(/llama\.cpp では違うトークンになります/)).toBeVisible()
  await expect(dialog.getByText('ollama run journey')).toBeVisible()
  expect([...ollama.models.keys()]).toContain('journey:latest')
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', 'export-ollama.png') })
  await dialog.getByRole('button', { name: '閉じる', exact: true }).last().click()
}

test('a folder of this computer is copied, renamed, removed and brought back, by the keyboard alone', async ({
  host,
}) => {
  test.skip(host !== 'web', 'the folder dialog of the desktop is the system’s own')
  const folders = freshFolders()
  const user = join(dirname(folders.library), 'user')
  cpSync(shipped, join(user, '手元のモデル'), { recursive: true })
  process.env['HOME'] = user
  const { page } = await open(host, folders)
  await page.keyboard.press('Control+5')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('モデルを追加')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'モデルを追加' })
  await dialog.getByRole('tab', { name: 'おすすめ' }).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowRight')
  await dialog.getByRole('button', { name: 'フォルダを選ぶ' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('option', { name: '手元のモデル' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '「手元のモデル」を使う' }).focus()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('listitem')).toContainText('完了')
  await dialog.getByRole('button', { name: 'モデルを見る' }).focus()
  await page.keyboard.press('Enter')

  await page.getByRole('button', { name: '名前を変更' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.press('Control+a')
  await page.keyboard.type('練習用')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '練習用' })).toBeVisible()
  await page.getByRole('button', { name: 'その他の操作' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: '削除' }).press('Enter')
  await expect(page.getByRole('option')).toHaveCount(1)
  await page.getByRole('button', { name: '元に戻す' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: '練習用' })).toBeVisible()
  await page.screenshot({ path: join(root, 'artifacts', 'screenshots', `${host}-models-folder.png`) })
})
