import { expect, test as base, type Locator } from '@playwright/test'
import { end, freshFolders, serve } from '../support/command.ts'
import { openDesktop, type Desktop } from './desktop.ts'

const test = base.extend<object, { desktop: Desktop }>({
  desktop: [
    async ({}, use) => {
      const host = await serve(freshFolders())
      const desktop = await openDesktop(host.link)
      try {
        await openSample(desktop)
        await use(desktop)
      } finally {
        await desktop.close()
        await end(host.process)
      }
    },
    { scope: 'worker', timeout: 90_000 },
  ],
})

const KANJI = ['k', 'a', 'n', 'j', 'i'] as const
const MOST_CANDIDATES = 8

const cell = ({ page }: Desktop, row: number, column: number) =>
  page.locator(`[role="row"][aria-rowindex="${row + 1}"] [role="gridcell"]`).nth(column - 1)
const input = ({ page }: Desktop) => page.locator('[data-grid-input]')
const textOf = async (place: Locator) => (await place.textContent()) ?? ''

async function openSample(desktop: Desktop): Promise<void> {
  const { page } = desktop
  await page.getByRole('button', { name: 'データセット' }).first().click()
  await page.getByRole('button', { name: 'サンプルで始める' }).click()
  await expect(page.locator('[data-save-state="saved"]')).toBeVisible()
  await clickOn(desktop, cell(desktop, 1, 1))
  await expect.poll(desktop.inputMethod, { message: 'the table is in the hands of Mozc' }).toBe('mozc')
}

async function clickOn(desktop: Desktop, place: Locator): Promise<void> {
  const box = (await place.boundingBox())!
  desktop.click(box.x + box.width / 2, box.y + box.height / 2)
}

async function select(desktop: Desktop, row: number, column: number): Promise<void> {
  await clickOn(desktop, cell(desktop, row, column))
  await expectActive(desktop, row)
  await expect(input(desktop)).toBeFocused()
}

const expectActive = (desktop: Desktop, row: number) =>
  expect(input(desktop)).toHaveAttribute('aria-label', new RegExp(` ${row}行 `))
const expectComposition = ({ page }: Desktop, state: 'open' | 'closed') =>
  expect(page.locator('html')).toHaveAttribute('data-composition', state)

async function compose(desktop: Desktop, before = ''): Promise<void> {
  desktop.press(...KANJI)
  await expect(input(desktop)).toHaveValue(`${before}かんじ`)
  await expectComposition(desktop, 'open')
}

/** Space asks for the next candidate: which one is first is the input method's own affair. */
async function convert(desktop: Desktop, before = ''): Promise<void> {
  for (let tried = 0; tried < MOST_CANDIDATES; tried++) {
    const shown = await input(desktop).inputValue()
    if (shown === `${before}漢字`) return
    desktop.press('space')
    await expect(input(desktop)).not.toHaveValue(shown)
  }
  await expect(input(desktop)).toHaveValue(`${before}漢字`)
}

async function confirm(desktop: Desktop): Promise<void> {
  desktop.press('Return')
  await expectComposition(desktop, 'closed')
}

test('the first key is not lost; Enter confirms, a second Enter commits and moves down', async ({ desktop }) => {
  const before = await textOf(cell(desktop, 1, 1))
  await select(desktop, 1, 1)
  await compose(desktop)
  await convert(desktop)
  await confirm(desktop)
  await expect(input(desktop)).toHaveValue('漢字')
  await expectActive(desktop, 1)
  await expect(cell(desktop, 1, 1)).toHaveText(before)
  desktop.press('Return')
  await expect(cell(desktop, 1, 1)).toHaveText('漢字')
  await expectActive(desktop, 2)
  await expect(input(desktop)).toHaveValue('')
})

test('a click on another cell keeps what was being composed', async ({ desktop }) => {
  const other = await textOf(cell(desktop, 5, 2))
  await select(desktop, 2, 1)
  await compose(desktop)
  await select(desktop, 5, 2)
  await expect(cell(desktop, 2, 1)).toHaveText('かんじ')
  await expectComposition(desktop, 'closed')
  await expect(input(desktop)).toHaveValue('')
  desktop.press('Down')
  await expectActive(desktop, 6)
  await expect(cell(desktop, 5, 2)).toHaveText(other)
})

test('Escape during a composition leaves the cell as it was', async ({ desktop }) => {
  const before = await textOf(cell(desktop, 3, 1))
  await select(desktop, 3, 1)
  await compose(desktop)
  desktop.press('Escape')
  await expectComposition(desktop, 'closed')
  await expect(input(desktop)).toHaveValue('')
  await expectActive(desktop, 3)
  desktop.press('Down')
  await expectActive(desktop, 4)
  await expect(cell(desktop, 3, 1)).toHaveText(before)
})

test('F2 appends what is composed', async ({ desktop }) => {
  const before = await textOf(cell(desktop, 4, 1))
  await select(desktop, 4, 1)
  desktop.press('F2')
  await expect(input(desktop)).toHaveValue(before)
  await compose(desktop, before)
  await convert(desktop, before)
  await confirm(desktop)
  desktop.press('Return')
  await expect(cell(desktop, 4, 1)).toHaveText(`${before}漢字`)
  await expectActive(desktop, 5)
})

test('Ctrl+Z takes composed text back in one step', async ({ desktop }) => {
  const before = await textOf(cell(desktop, 6, 1))
  await select(desktop, 6, 1)
  await compose(desktop)
  await convert(desktop)
  await confirm(desktop)
  desktop.press('Return')
  await expect(cell(desktop, 6, 1)).toHaveText('漢字')
  desktop.press('ctrl+z')
  await expect(cell(desktop, 6, 1)).toHaveText(before)
})
