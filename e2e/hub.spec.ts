import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { tutorialDatasets } from '../core/hub/testing/hub-fixture.ts'
import { GOOD_TOKEN, startHubServer, type HubServer } from '../core/hub/testing/hub-server.ts'
import { cell, goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

let server: HubServer

// The studio of each test inherits the variable; no request leaves this computer.
test.beforeAll(async () => {
  server = await startHubServer(await tutorialDatasets())
  process.env['HF_ENDPOINT'] = server.url
})
test.afterAll(() => server.close())

test('a dataset of the Hub is found, downloaded with a stop on the way, and imported with other columns', async ({
  studio,
}) => {
  const { page, picture } = studio
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: 'Hugging Face から取り込む' }).first().click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('listitem')).toHaveText([
    /kunishou\/hh-rlhf-eval-3k-ja/,
    /izumi-lab\/llm-japanese-dataset/,
  ])
  await picture('hub-suggestions')
  await dialog.getByRole('searchbox').fill('ja')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('button', { name: 'izumi-lab/llm-japanese-dataset' })).toContainText(
    'cc-by-sa-4.0 · 100万〜1000万 行',
  )
  await picture('hub-results')
  await dialog.getByRole('button', { name: 'izumi-lab/llm-japanese-dataset' }).click()
  await expect(dialog).toContainText('日本語の指示データです。')
  await expect(dialog.getByRole('list', { name: 'ファイルの一覧' }).getByRole('listitem')).toHaveCount(2)
  await picture('hub-dataset')

  server.misbehave({ hold: 200 })
  await dialog.getByRole('button', { name: /^ダウンロード/ }).click()
  await expect(dialog.getByText(/^200 B/)).toBeVisible()
  await picture('hub-download')
  await dialog.getByRole('button', { name: '中止' }).click()
  await expect(dialog).toContainText('受け取った分は残っています。')
  await picture('hub-stopped')
  await dialog.getByRole('button', { name: /^続きから/ }).click()

  const preview = page.getByRole('dialog', { name: '「llm-japanese-dataset-train.parquet」の取り込み' })
  await expect(preview.getByRole('row')).toHaveCount(3)
  await preview.getByRole('button', { name: '列を選ぶ・名前を変える・並べ替える' }).click()
  await preview.getByRole('checkbox', { name: '「index」を取り込む' }).uncheck()
  await preview.getByRole('textbox', { name: '「instruction」の新しい名前' }).fill('問い')
  await page.keyboard.press('Enter')
  await preview.getByRole('button', { name: '「output」を前へ' }).click()
  await expect(preview.getByRole('columnheader')).toHaveText(['output 回答', '問い 質問'])
  await picture('hub-columns')
  await preview.getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 3, 2)).toHaveText('雪は何色ですか？')
  await expect(cell(page, 1, 1)).toHaveText('東京です。')
})

test('terms that must be accepted are told beside the card, and a token opens the files', async ({ studio }) => {
  const { page, picture } = studio
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: 'Hugging Face から取り込む' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('searchbox').fill(`${server.url}/datasets/someone/gated-ja`)
  await page.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'someone/gated-ja' }).click()
  await expect(dialog).toContainText('利用条件への同意が必要です')
  await dialog.getByRole('button', { name: 'トークンを設定' }).click()
  await dialog.getByRole('textbox', { name: 'アクセストークン' }).fill('hf_wrong')
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(dialog).toContainText('トークンが正しくありません')
  await picture('hub-token')
  await dialog.getByRole('textbox', { name: 'アクセストークン' }).fill(GOOD_TOKEN)
  await dialog.getByRole('button', { name: '保存' }).click()
  await expect(dialog.getByRole('checkbox')).toHaveCount(2)
  await dialog.getByRole('button', { name: /^ダウンロード/ }).click()
  await expect(page.getByRole('dialog', { name: '「data.csv」の取り込み' }).getByRole('cell')).toHaveText(['1', '2'])
})

test('what cannot be found or reached is one sentence', async ({ studio }) => {
  const { page, picture, pick, folders } = studio
  await goTo(page, 'データセット')
  await page.getByRole('button', { name: 'Hugging Face から取り込む' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('searchbox').fill('nobody/nothing')
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toContainText('Hugging Face に「nobody/nothing」が見つかりません。')
  await picture('hub-missing')
  await dialog.getByRole('button', { name: '閉じる' }).click()
  const file = join(dirname(folders.library), '余分.csv')
  writeFileSync(file, 'id,質問,回答\n1,あ,い\n')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await page.getByRole('button', { name: '列を選ぶ・名前を変える・並べ替える' }).click()
  await page.getByRole('checkbox', { name: '「id」を取り込む' }).uncheck()
  await expect(page.getByRole('dialog').getByRole('columnheader')).toHaveText(['質問 質問', '回答 回答'])
})
