import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { cell, goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

/** Columns and rows of short texts: `n` counts, `kind` alternates. */
async function opened(
  page: Page,
  pick: (file: string, act: () => Promise<void>) => Promise<void>,
  folder: string,
  rows = 8,
): Promise<void> {
  const file = join(folder, '編集.csv')
  const lines = Array.from(
    { length: rows },
    (_, index) => `${index + 1},${index % 2 === 0 ? '奇数' : '偶数'},回答${index + 1},メモ${index + 1}`,
  )
  writeFileSync(file, `instruction,kind,output,memo\r\n${lines.join('\r\n')}\r\n`)
  await goTo(page, 'データセット')
  await pick(file, () => page.getByRole('button', { name: 'ファイルを取り込む' }).first().click())
  await page.getByRole('dialog').getByRole('button', { name: '取り込む', exact: true }).click()
  await expect(cell(page, 1, 1)).toHaveText('1')
}

async function dragTo(page: Page, from: Locator, to: Locator, at?: { x: number; y: number }): Promise<void> {
  await from.hover()
  await page.mouse.down()
  await to.hover({ ...(at && { position: at }), force: true })
  await page.mouse.up()
}

const texts = (page: Page, column: number, rows: number) =>
  Promise.all(Array.from({ length: rows }, (_, row) => cell(page, row + 1, column).textContent()))
const rowNumber = (page: Page, row: number) =>
  page.locator(`[role="row"][aria-rowindex="${row + 1}"] [role="rowheader"]`)
const header = (page: Page, name: string) => page.getByRole('columnheader', { name })

test('the fill handle, several ranges, and rows and columns that move', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  await opened(page, pick, dirname(folders.library))

  await test.step('the fill handle continues a series, Ctrl copies', async () => {
    await cell(page, 1, 1).click()
    await cell(page, 2, 1).click({ modifiers: ['Shift'] })
    await page.keyboard.press('Delete')
    await expect(cell(page, 1, 1)).toHaveText('')
    await page.keyboard.press('ControlOrMeta+z')
    await expect(cell(page, 2, 1)).toHaveText('2')
    await cell(page, 1, 3).click()
    await dragTo(page, page.locator('[data-fill-handle]'), cell(page, 4, 3))
    await expect.poll(() => texts(page, 3, 5)).toEqual(['回答1', '回答2', '回答3', '回答4', '回答5'])
    await cell(page, 2, 3).click()
    await page.keyboard.type('項目10')
    await page.keyboard.press('Enter')
    await cell(page, 2, 3).click()
    await dragTo(page, page.locator('[data-fill-handle]'), cell(page, 4, 3))
    await expect.poll(() => texts(page, 3, 5)).toEqual(['回答1', '項目10', '項目11', '項目12', '回答5'])
    await cell(page, 2, 3).click()
    await dragTo(page, page.locator('[data-fill-handle]'), cell(page, 1, 3))
    await expect.poll(() => texts(page, 3, 2)).toEqual(['項目9', '項目10'])
  })

  await test.step('several ranges are cleared, copied and filled together', async () => {
    await cell(page, 1, 4).click()
    await cell(page, 3, 4).click({ modifiers: ['ControlOrMeta'] })
    await page.keyboard.press('ControlOrMeta+c')
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('メモ1\r\nメモ3\r\n')
    await page.keyboard.press('Delete')
    await expect.poll(() => texts(page, 4, 4)).toEqual(['', 'メモ2', '', 'メモ4'])
    await page.evaluate(() => navigator.clipboard.writeText('同じ'))
    await page.keyboard.press('ControlOrMeta+v')
    await expect.poll(() => texts(page, 4, 4)).toEqual(['同じ', 'メモ2', '同じ', 'メモ4'])
    await picture('ranges')
    await rowNumber(page, 1).click()
    await rowNumber(page, 3).click({ modifiers: ['ControlOrMeta'] })
    await page.keyboard.press('ControlOrMeta+-')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '8')
    await expect.poll(() => texts(page, 4, 3)).toEqual(['メモ2', 'メモ4', 'メモ5'])
    await page.keyboard.press('ControlOrMeta+z')
    await expect(cell(page, 1, 4)).toHaveText('同じ')
  })

  await test.step('columns and rows are dragged elsewhere, or moved by keys', async () => {
    await header(page, 'memo').click({ position: { x: 30, y: 10 } })
    await dragTo(page, header(page, 'memo').getByTitle('memo', { exact: true }), header(page, 'instruction'), {
      x: 4,
      y: 10,
    })
    await expect(page.getByRole('columnheader').nth(1)).toContainText('memo')
    await expect(cell(page, 2, 1)).toHaveText('メモ2')
    await rowNumber(page, 2).click()
    await dragTo(page, rowNumber(page, 2), rowNumber(page, 5), { x: 4, y: 40 })
    await expect.poll(() => texts(page, 1, 6)).toEqual(['同じ', '同じ', 'メモ4', 'メモ5', 'メモ2', 'メモ6'])
    await page.keyboard.press('Alt+Shift+ArrowUp')
    await expect.poll(() => texts(page, 1, 5)).toEqual(['同じ', '同じ', 'メモ4', 'メモ2', 'メモ5'])
    for (let step = 0; step < 3; step++) await page.keyboard.press('ControlOrMeta+z')
    await expect(cell(page, 2, 4)).toHaveText('メモ2')
  })
})

test('rows are filtered, the table is frozen, enlarged and clipped', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  await opened(page, pick, dirname(folders.library), 40)

  await test.step('a filter shows some rows under their own numbers; edits reach the right rows', async () => {
    await page.getByRole('button', { name: '「kind」の列のメニュー' }).click()
    await page.getByRole('menuitem', { name: 'この列で絞り込む…' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: '文字' }).fill('偶数')
    await page.keyboard.press('Enter')
    const bar = page.getByRole('region', { name: '絞り込み' })
    await expect(bar).toContainText('40 行のうち 20 行を表示')
    await expect(rowNumber(page, 1)).toHaveText('2')
    await expect.poll(() => texts(page, 1, 3)).toEqual(['2', '4', '6'])
    await cell(page, 2, 4).click()
    await page.keyboard.type('書いた')
    await page.keyboard.press('Enter')
    await cell(page, 3, 4).click()
    await page.keyboard.press('Delete')
    await picture('filter')
    await cell(page, 1, 2).click()
    await page.keyboard.type('奇数')
    await page.keyboard.press('Enter')
    await expect(bar).toContainText('40 行のうち 19 行を表示')
    await bar.getByRole('button', { name: 'すべて外す' }).click()
    await expect.poll(() => texts(page, 4, 7)).toEqual(['メモ1', 'メモ2', 'メモ3', '書いた', 'メモ5', '', 'メモ7'])
  })

  await test.step('a frozen column stays in view', async () => {
    for (const [index, name] of ['kind', 'output', 'memo'].entries()) {
      await page.getByRole('button', { name: `「${name}」の列のメニュー` }).click()
      await page.getByRole('menuitem', { name: '右に列を挿入' }).click()
      await expect(page.getByRole('grid')).toHaveAttribute('aria-colcount', String(6 + index))
      await expect(page.locator('[data-grid-input]')).toBeFocused()
    }
    await page.getByRole('button', { name: '「instruction」の列のメニュー' }).click()
    await page.getByRole('menuitem', { name: 'この列まで固定' }).click()
    const box = await cell(page, 1, 1).boundingBox()
    await cell(page, 1, 1).click()
    await page.keyboard.press('End')
    await expect(cell(page, 1, 7)).toBeInViewport()
    expect((await cell(page, 1, 1).boundingBox())?.x).toBe(box?.x)
    await page.keyboard.press('Home')
    await page.keyboard.type('見える')
    await expect(page.locator('[data-grid-input]')).toBeInViewport()
    await page.keyboard.press('Enter')
    await expect(cell(page, 1, 1)).toHaveText('見える')
  })

  await test.step('height, wrapping and size', async () => {
    const height = async () => (await cell(page, 1, 1).boundingBox())?.height
    const choose = async (name: string) => {
      await page.getByRole('button', { name: '表の見え方' }).click()
      await page.getByRole('menuitemradio', { name, exact: true }).click()
    }
    expect(await height()).toBe(44)
    await choose('1 行分')
    await expect.poll(height).toBe(26)
    await choose('5 行分')
    await expect.poll(height).toBe(98)
    await choose('150%')
    await expect.poll(height).toBe(143)
    await choose('切り詰める')
    await picture('enlarged')
  })
})

test('datasets are put below each other, joined, split and sampled', async ({ studio }) => {
  const { page, pick, picture, folders } = studio
  await opened(page, pick, dirname(folders.library), 10)
  const act = async (name: string) => {
    await page.getByRole('toolbar').getByRole('button', { name: 'その他の操作' }).click()
    await page.getByRole('menuitem', { name: '組み合わせる・分ける' }).click()
    await page.getByRole('dialog').getByText(name, { exact: true }).click()
    return page.getByRole('dialog')
  }
  const rowCount = (rows: number) => expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', String(rows + 2))

  const sampling = await act('抜き出す')
  await sampling.getByRole('textbox', { name: '行数' }).fill('４')
  await sampling.getByRole('button', { name: '抜き出す' }).click()
  await expect(page.getByRole('option', { name: /編集 4/ })).toContainText('4 行')

  const appending = await act('下につなぐ')
  await appending.getByRole('button', { name: /もう一つのデータセット/ }).click()
  await page.getByRole('option', { name: '編集 4' }).last().click()
  const targets = appending.getByRole('region', { name: '列の対応' })
  await expect(targets.getByRole('button', { name: /「kind」の追加先/ })).toContainText('kind')
  await targets.getByRole('button', { name: /「kind」の追加先/ }).click()
  await page.getByRole('option', { name: '追加しない' }).click()
  await expect(targets).toContainText('「kind」は、追加する行では空になります。')
  await targets.getByRole('button', { name: /「kind」の追加先/ }).click()
  await page.getByRole('option', { name: 'kind', exact: false }).first().click()
  await expect(targets).not.toContainText('空になります')
  await picture('append')
  await appending.getByRole('button', { name: '行を追加' }).click()
  await rowCount(14)

  const splitting = await act('分ける')
  await splitting.getByText('列の値ごとに', { exact: true }).click()
  await splitting
    .getByRole('button', { name: /^列|instruction/ })
    .last()
    .click()
  await page.getByRole('option', { name: 'kind' }).click()
  await splitting.getByRole('button', { name: '分ける', exact: true }).click()
  await expect(page.getByRole('option', { name: /偶数/ })).toHaveCount(1)

  const joining = await act('列を合わせる')
  await joining.getByRole('button', { name: /もう一つのデータセット/ }).click()
  await page.getByRole('option', { name: '編集 4' }).last().click()
  await joining.getByRole('button', { name: /相手に同じ値が何度もあるとき/ }).click()
  await page.getByRole('option', { name: '最初の行を使う' }).click()
  await joining.getByRole('button', { name: '列を追加' }).click()
  await expect(page.getByRole('grid')).toHaveAttribute('aria-colcount', '8')
})
