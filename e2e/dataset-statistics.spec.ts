import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Page } from '@playwright/test'
import { cell, choose, goTo } from './support/rooms.ts'
import { expect, test, type Studio } from './support/studio.ts'

async function importRows({ page, pick, folders }: Studio, name: string, contents: string): Promise<void> {
  const file = join(dirname(folders.library), name)
  writeFileSync(file, contents)
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await page.getByRole('dialog').getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 1, 1)).not.toHaveText('')
}

/** Does what downloads a file and reads it. */
async function downloaded(page: Page, folder: string, entry: string): Promise<Buffer> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '統計を書き出す' }).click()
  await page.getByRole('menuitem', { name: entry }).click()
  const file = join(folder, (await download).suggestedFilename())
  await (await download).saveAs(file)
  return readFileSync(file)
}

const figure = (page: Page, title: string) => page.getByRole('region', { name: title, exact: true }).first()

test('the statistics tab shows lengths, tokens, languages, duplicates and openings, and exports them', async ({
  studio,
}) => {
  const { page, picture, folders } = studio
  const rows = Array.from({ length: 400 }, (_, index) => [
    `${index % 3 === 0 ? '次の文章を要約してください。' : 'Pythonで'}${'猫が庭で鳴いています。'.repeat(1 + ((index * 7) % 13))}`,
    index % 40 === 0
      ? ''
      : `${'はい、わかりました。'.repeat(1 + ((index * index) % 5))}${index % 2 === 0 ? '詳しく説明します。' : ' OK 123'}`,
  ])
  await importRows(studio, '統計.csv', [['質問', '回答'], ...rows].map((row) => row.join(',')).join('\r\n'))
  await choose(page, '表示', '統計')
  const pane = page.getByRole('region', { name: '「統計」の統計' })
  await expect(pane.getByText('前の行と同じ内容の行')).toBeVisible()
  const characters = figure(page, '質問の文字数')
  await expect(characters.getByRole('img')).toBeVisible()
  await expect(figure(page, '回答のトークン数').getByRole('img')).toBeVisible()
  await picture('statistics')
  await characters.getByRole('button', { name: '「質問の文字数」を表で見る' }).click()
  await expect(characters.getByRole('rowheader').first()).toBeVisible()
  await figure(page, '行の言語').scrollIntoViewIfNeeded()
  await picture('statistics-below')

  const csv = (await downloaded(page, dirname(folders.library), '数値（CSV）')).toString('utf8')
  expect(csv.startsWith('\ufeff長さ,件数,最小,中央値,平均,90%,99%,最大\r\n質問の文字数,400,')).toBe(true)
  expect(csv).toContain('質問のよくある書き出し\r\n最初の 8 文字,件数\r\nPythonで猫,')
  const png = await downloaded(page, dirname(folders.library), 'グラフ（PNG）')
  expect(png.subarray(1, 4).toString('latin1')).toBe('PNG')
  expect(png.length).toBeGreaterThan(20_000)
  writeFileSync(join('artifacts', 'screenshots', 'statistics-export.png'), png)

  await page.emulateMedia({ colorScheme: 'dark' })
  await figure(page, '文字の種類').scrollIntoViewIfNeeded()
  await picture('statistics-dark')
  await choose(page, '表示', '表')
  await expect(cell(page, 1, 1)).toBeVisible()
})

test('a table without an answer column has statistics too', async ({ studio }) => {
  const { page, picture } = studio
  await importRows(studio, 'メモ.csv', 'メモ,数\r\nあ,1\r\nあ,1\r\n')
  await choose(page, '表示', '統計')
  await expect(page.getByRole('region', { name: '「メモ」の統計' }).getByText('質問や回答の列がない')).toBeVisible()
  await picture('statistics-no-roles')
})
