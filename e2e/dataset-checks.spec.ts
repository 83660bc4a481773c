import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cell, goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

const table =
  'instruction,output\r\n定休日は?,\r\n,水曜です。\r\n料金は?,\r\n,千円です。\r\n　場所は?,駅前です。\r\n場所は?,港です。\r\ninstruction,output\r\n連絡先は?,taro@example.co.jp です。\r\n'

test('problems are counted, marked at the cell, listed, and put right with one click', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  const file = join(dirname(folders.library), '確認.csv')
  writeFileSync(file, table)
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await page.getByRole('dialog').getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 1, 1)).toHaveText('定休日は?')
  await page.getByRole('button', { name: /^確認：\d+ か所/ }).click()
  const panel = page.getByRole('complementary', { name: '確認' })
  const problem = (title: string) =>
    panel.getByRole('listitem').filter({ has: page.getByRole('heading', { name: title }) })
  await expect(problem('質問と回答が 2 行に分かれています')).toContainText('「output」の 2 か所')
  await expect(cell(page, 1, 2)).toHaveAttribute('data-problem')
  await expect(problem('個人情報のようなものがあります')).toContainText('1 か所')
  await problem('前後に余分な空白があります')
    .getByRole('button', { name: /次の場所へ/ })
    .click()
  await expect(cell(page, 5, 1)).toHaveAttribute('aria-selected', 'true')
  await picture('checks')

  await problem('質問と回答が 2 行に分かれています').getByRole('button', { name: '1 行にまとめる' }).click()
  await expect(cell(page, 1, 2)).toHaveText('水曜です。')
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '8')
  await problem('前後に余分な空白があります').getByRole('button', { name: '空白を取り除く' }).click()
  await expect(cell(page, 3, 1)).toHaveText('場所は?')
  await expect(problem('同じ質問に違う回答があります')).toContainText('2 か所')
  await problem('見出しの行が途中にあります').getByRole('button', { name: '行を削除' }).click()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '7')
  await expect(panel.getByRole('listitem')).toHaveCount(2)
  for (let step = 0; step < 3; step++) await page.getByRole('button', { name: '元に戻す' }).first().click()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '10')

  await goTo(page, '実験')
  await expect(page.getByText(/学習の妨げになりそうな所が \d+ か所あります/)).toBeVisible()
  await expect(page.getByRole('button', { name: /学習開始/ })).toBeEnabled()
})

test('terakoya data check names the places as one object', async ({ studio }) => {
  const file = join(dirname(studio.folders.library), '確認.csv')
  writeFileSync(file, table)
  const printed = execFileSync(process.execPath, ['bin/terakoya.mjs', 'data', 'check', file, '--json'], {
    encoding: 'utf8',
  })
  const { rowCount, problems } = JSON.parse(printed) as {
    rowCount: number
    problems: { check: string; column: string | null; count: number; cells: { row: number; text: string }[] }[]
  }
  expect(rowCount).toBe(8)
  expect(problems.map(({ check, count }) => [check, count])).toEqual([
    ['split-pairs', 2],
    ['repeated-header', 1],
    ['outer-space', 1],
    ['contradiction', 2],
    ['personal', 1],
  ])
  expect(problems.find(({ check }) => check === 'outer-space')).toMatchObject({
    column: 'instruction',
    cells: [{ row: 5, text: '　場所は?' }],
  })
})
