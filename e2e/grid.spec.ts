import type { CDPSession } from '@playwright/test'
import { compose, confirm } from './support/input-method.ts'
import { cell, cellInput as input } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

async function giveUp(cdp: CDPSession): Promise<void> {
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 229,
    key: 'Process',
    code: 'Escape',
  })
  await cdp.send('Input.imeSetComposition', { text: '', selectionStart: 0, selectionEnd: 0 })
}

test('the table works as Excel does, with a Japanese input method', async ({ studio: { page } }) => {
  const context = page.context()
  await page.getByRole('button', { name: 'データセット' }).first().click()
  const cdp = await context.newCDPSession(page)
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText())
  const paste = async (text: string) => {
    await page.evaluate((value) => navigator.clipboard.writeText(value), text)
    await page.keyboard.press('Control+v')
  }

  await test.step('the sample opens', async () => {
    await page.getByRole('button', { name: 'サンプルで始める' }).click()
    await expect(page.getByRole('columnheader', { name: /質問/ })).toBeVisible()
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '13')
    await expect(page.locator('[data-save-state="saved"]')).toBeVisible()
    await expect(cell(page, 1, 1)).toContainText('RehabC')
  })

  for (const [row, style] of [
    [1, 'windows'],
    [2, 'mac'],
  ] as const) {
    await test.step(`a composition starts in the cell (${style})`, async () => {
      const before = (await cell(page, row, 1).textContent()) ?? ''
      await cell(page, row, 1).click()
      await compose(cdp, '漢字', style)
      await expect(input(page)).toHaveValue('漢字')
      await confirm(cdp, '漢字', style)
      await expect(input(page)).toHaveValue('漢字')
      await expect(cell(page, row, 1)).toHaveText(before)
      await page.keyboard.press('Enter')
      await expect(cell(page, row, 1)).toHaveText('漢字')
      await expect(input(page)).toHaveAttribute('aria-label', new RegExp(` ${row + 1}行 `))
    })
  }

  await test.step('Escape gives a composition up; a click elsewhere keeps it', async () => {
    const before = (await cell(page, 3, 1).textContent()) ?? ''
    await cell(page, 3, 1).click()
    await compose(cdp, '漢字')
    await giveUp(cdp)
    await page.keyboard.press('ArrowDown')
    await expect(cell(page, 3, 1)).toHaveText(before)
    await compose(cdp, '漢字')
    const other = (await cell(page, 6, 2).textContent()) ?? ''
    await cell(page, 6, 2).click()
    await expect(cell(page, 4, 1)).toHaveText('漢字')
    await expect(cell(page, 6, 2)).toHaveText(other)
    await expect(input(page)).toHaveValue('')
  })

  await test.step('edit, line break, undo, redo', async () => {
    await cell(page, 5, 2).click()
    await page.keyboard.press('F2')
    await page.keyboard.press('Alt+Enter')
    await page.keyboard.type('二行目')
    await page.keyboard.press('Enter')
    await expect(cell(page, 5, 2)).toContainText('二行目')
    await page.keyboard.press('Control+z')
    await expect(cell(page, 5, 2)).not.toContainText('二行目')
    await page.keyboard.press('Control+Shift+Z')
    await expect(cell(page, 5, 2)).toContainText('二行目')
  })

  await test.step('copy to and paste from Excel', async () => {
    await cell(page, 1, 1).click()
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Control+c')
    expect(await clipboard()).toBe('漢字\r\n漢字\r\n')
    await cell(page, 12, 1).click()
    await paste('"1行\r\n2行"\t007\t=1+2\r\n"彼は""はい""と"\t😀\t\r\n')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '15')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-colcount', '4')
    expect(await cell(page, 12, 1).textContent()).toBe('1行\n2行')
    expect(await cell(page, 12, 2).textContent()).toBe('007')
    expect(await cell(page, 12, 3).textContent()).toBe('=1+2')
    expect(await cell(page, 13, 1).textContent()).toBe('彼は"はい"と')
  })

  await test.step('rows and roles', async () => {
    await cell(page, 2, 1).click()
    await page.keyboard.press('Shift+ ')
    await page.keyboard.press('Control+-')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '14')
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '15')
    await page.getByRole('button', { name: '「instruction」の列のメニュー' }).click()
    await page.getByRole('menuitemradio', { name: /使わない/ }).click()
    await expect(page.getByText('質問の列がありません')).toBeVisible()
    await expect(input(page)).toBeFocused()
    await page.keyboard.press('Control+z')
  })

  await test.step('import by dropping, delete, bring back', async () => {
    await page.evaluate(() => {
      const data = new DataTransfer()
      data.items.add(new File(['instruction,output\r\n質問,回答\r\n'], '落とした表.csv', { type: 'text/csv' }))
      document
        .querySelector('[data-region="grid"]')
        ?.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
    })
    await page
      .getByRole('dialog', { name: /落とした表/ })
      .getByRole('button', { name: '取り込む', exact: true })
      .click()
    await expect(page.getByRole('heading', { name: '落とした表' })).toBeVisible()
    await expect(cell(page, 1, 2)).toHaveText('回答')
    await expect(input(page)).toBeFocused()
    await page.getByRole('toolbar').getByRole('button', { name: 'その他の操作' }).click()
    await page.getByRole('menuitem', { name: 'データセットを削除' }).click()
    await expect(page.getByRole('option', { name: '落とした表' })).toHaveCount(0)
    await page.getByRole('button', { name: '元に戻す' }).last().click()
    await expect(page.getByRole('option', { name: '落とした表' })).toHaveCount(1)
  })

  await test.step('save and reload', async () => {
    await cell(page, 1, 1).click()
    await page.keyboard.type('保存される文')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Control+s')
    await expect(page.locator('[data-save-state="saved"]')).toBeVisible()
    await page.reload()
    await expect(cell(page, 1, 1)).toHaveText('保存される文')
  })

  await test.step('F6 leaves the table and comes back', async () => {
    await cell(page, 1, 1).click()
    await page.keyboard.press('F6')
    await expect(page.getByRole('option', { name: '落とした表' })).toBeFocused()
    await page.keyboard.press('Shift+F6')
    await expect(input(page)).toBeFocused()
  })
})
