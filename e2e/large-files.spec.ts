import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

const ROWS = 1_000_000

/** A CSV whose import takes seconds. */
async function writeLarge(folder: string): Promise<string> {
  const file = join(folder, '百万行.csv')
  const stream = createWriteStream(file)
  stream.write('instruction,output\n')
  for (let from = 0; from < ROWS; from += 10_000) {
    const block = Array.from(
      { length: 10_000 },
      (_, index) =>
        `${from + index + 1} 番の質問です。手順を教えて。,${from + index + 1} 番の回答です。設定を開きます。\n`,
    ).join('')
    if (!stream.write(block)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  return file
}

test('a million rows: importing tells how far it is and can be cancelled; every place of the table shows its rows', async ({
  studio: { page, pick, picture },
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-e2e-'))
  const file = await writeLarge(folder)
  const list = page.locator('[data-region="list"]')
  const startImport = async () => {
    await pick(file, () => list.getByRole('button', { name: 'ファイルを取り込む' }).click())
    await page.getByRole('dialog').getByRole('button', { name: '取り込む' }).click()
  }
  await goTo(page, 'データセット')

  await test.step('cancelled, nothing stays', async () => {
    await startImport()
    await expect(list.getByText('「百万行.csv」を取り込んでいます')).toBeVisible()
    await expect(list.getByText(/[\d,]+ 行/)).toBeVisible()
    await picture('importing')
    await list.getByRole('button', { name: '取り込みを中止' }).click()
    await expect(page.getByText('「百万行.csv」の取り込みを中止しました。データセットは元のままです。')).toBeVisible()
    await expect(list.getByText('「百万行.csv」を取り込んでいます')).toBeHidden()
    await expect(list.getByRole('option')).toHaveCount(0)
  })

  await test.step('imported, shown wherever one scrolls', async () => {
    await startImport()
    await expect(list.getByText('1,000,000 行')).toBeVisible({ timeout: 30_000 })
    const grid = page.getByRole('grid')
    for (const share of [1, 0.3, 0.777, 0.1234, 0]) {
      await page.locator('[class*="viewport"]').evaluate((element, to) => {
        element.scrollTop = (element.scrollHeight - element.clientHeight) * to
      }, share)
      const row = grid.locator('[role="row"][aria-rowindex]').nth(3)
      await expect
        .poll(async () => Math.abs(Number(await row.getAttribute('aria-rowindex')) - share * ROWS), {
          message: `${share} of the table`,
        })
        .toBeLessThan(ROWS / 50)
      await expect(row.getByRole('gridcell').first()).toContainText(' 番の質問です。')
    }
    await picture('million-rows')
  })
  await rm(folder, { recursive: true })
})
