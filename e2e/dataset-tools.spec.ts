import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cell, goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

test('a file is looked at, imported, searched, replaced, sorted and seen as the model sees it', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  const file = join(dirname(folders.library), '質問.jsonl')
  const rows = [
    ['日本の首都は?', '東京です。'],
    ['空は何色ですか?', '青です。'],
    ['雪は何色ですか?', '白です。'],
  ]
  writeFileSync(file, rows.map(([question, answer]) => JSON.stringify({ 質問: question, 回答: answer })).join('\n'))
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByRole('row')).toHaveCount(4)
  await expect(dialog).toContainText('JSON Lines')
  await dialog.getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 1, 2)).toHaveText('東京です。')

  await page.keyboard.press('ControlOrMeta+f')
  const find = page.getByRole('search')
  await find.getByRole('searchbox').fill('です')
  await expect(find.getByRole('status')).toHaveText('5 個のセル')
  await expect(page.getByRole('grid').locator('mark')).toHaveText(Array(5).fill('です'))
  await page.keyboard.press('Control+h')
  await expect(find.getByRole('textbox', { name: '置き換える文字' })).toBeFocused()
  await page.keyboard.press('ControlOrMeta+f')
  await page.keyboard.press('Enter')
  await find.getByRole('textbox', { name: '置き換える文字' }).fill('だ')
  await find.getByRole('button', { name: 'すべて置換' }).click()
  await expect(cell(page, 1, 2)).toHaveText('東京だ。')
  await expect(find.getByRole('status')).toHaveText('0 個のセル')
  await picture('find')
  await find.getByRole('textbox', { name: '行へ移動' }).fill('３')
  await page.keyboard.press('Enter')
  await page.keyboard.press('ControlOrMeta+z')
  await expect(cell(page, 1, 2)).toHaveText('東京です。')

  await page.getByRole('button', { name: '「回答」の列のメニュー' }).click()
  await page.getByRole('menuitem', { name: '降順に並べ替え' }).click()
  await expect(cell(page, 3, 2)).toHaveText('青です。')

  await page.getByRole('toolbar').getByRole('button', { name: 'その他の操作' }).click()
  await page.getByRole('menuitem', { name: '履歴を表示' }).click()
  const history = page.getByRole('complementary', { name: '履歴' })
  await expect(history.getByRole('button', { name: /並べ替え/ })).toHaveAttribute('aria-current', 'step')
  await history.getByRole('button', { name: /最初の状態/ }).click()
  await expect(cell(page, 1, 2)).toHaveText('東京です。')
  await history.getByRole('button', { name: /並べ替え/ }).click()
  await expect(cell(page, 3, 2)).toHaveText('青です。')
  await picture('history')
  await history.getByRole('button', { name: '閉じる' }).click()

  await page.getByRole('button', { name: 'モデルに見える文' }).click()
  const panel = page.getByRole('complementary', { name: 'モデルに見える文' })
  await expect(panel).toContainText('トークン')
  await expect(panel.getByRole('region')).toContainText('ユーザー')
  await picture('sample')
})

test('how a file is read, and what its columns mean, can be changed before the import', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  const file = join(dirname(folders.library), '社内.csv')
  writeFileSync(file, '社内FAQ\n日付,問い合わせ,返事\n4/1,休みは?,土日です。\n')
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  const dialog = page.getByRole('dialog')
  await expect(dialog).toContainText('自動で判定しました')
  await dialog.getByRole('textbox', { name: '見出しより前の行数' }).fill('１')
  await expect(dialog.getByRole('columnheader')).toHaveText([/日付/, /問い合わせ/, /返事/])
  await dialog.getByRole('button', { name: /列/ }).first().click()
  for (const [column, role] of [
    ['問い合わせ', '質問'],
    ['返事', '回答'],
  ] as const) {
    await dialog.getByRole('button', { name: `「${column}」の役割` }).click()
    await page.getByRole('option', { name: role, exact: true }).click()
  }
  await dialog.getByRole('checkbox', { name: /日付/ }).uncheck()
  await picture('import')
  await dialog.getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(page.getByRole('columnheader')).toHaveText([/^$/, /問い合わせ.*質問/, /返事.*回答/])
  await expect(cell(page, 1, 2)).toHaveText('土日です。')
})

test('a dataset is written as an Excel file and comes back from it', async ({ studio }) => {
  const { page, pick, folders } = studio
  const file = join(dirname(folders.library), '値.csv')
  writeFileSync(file, 'question,answer\r\n=1+1,007\r\n')
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await page.getByRole('dialog').getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 1, 2)).toHaveText('007')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '書き出し' }).click()
  await page.getByRole('menuitem', { name: 'Excel（xlsx）' }).click()
  const written = join(dirname(folders.library), '書き出し.xlsx')
  await (await download).saveAs(written)
  await pick(written, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await expect(page.getByRole('dialog').getByRole('cell')).toHaveText(['=1+1', '007'])
})
