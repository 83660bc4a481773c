import { expect, type Locator, type Page } from '@playwright/test'
import type { Texts } from './texts.ts'

/** Goes to a room by the rail. */
export const goTo = (page: Page, room: string): Promise<void> =>
  page.getByRole('navigation').first().getByRole('button', { name: room, exact: true }).click()

/** The row of a setting in the form of a new experiment. */
export const setting = (page: Page, key: string): Locator => page.locator(`[data-setting="${key}"]`)

/** Types a value into a number or text setting. */
export async function fillSetting(page: Page, key: string, value: string): Promise<void> {
  const field = setting(page, key).locator('input')
  await field.fill(value)
  await field.blur()
}

/** Chooses an entry of a setting's list; what may be done about the chosen one stands behind it. */
export async function chooseSetting(page: Page, key: string, entry: string | RegExp): Promise<void> {
  const option = page.getByRole('option', { name: entry })
  // Once the list was not open after the click, while the form was settling: it is opened again, as a person would.
  await expect(async () => {
    if (!(await option.isVisible())) await setting(page, key).getByRole('button').first().click({ timeout: 5000 })
    await option.click({ timeout: 5000 })
  }).toPass()
}

/** Chooses one of a few in view, such as a language. */
export const choose = (page: Page, group: string, item: string): Promise<void> =>
  page.getByRole('radiogroup', { name: group }).getByText(item, { exact: true }).click()

/** A cell of the table; row and column count from 1. */
export const cell = (page: Page, row: number, column: number): Locator =>
  page.locator(`[role="row"][aria-rowindex="${row + 1}"] [role="gridcell"]`).nth(column - 1)

/** The table's input, which lies over the active cell. */
export const cellInput = (page: Page): Locator => page.locator('[data-grid-input]')

/** The whole numbers of the run's steps: 12 and 24 of ステップ 12 / 24. */
export async function stepsOf(page: Page, t: Texts): Promise<number[]> {
  const text = await page
    .getByRole('region', { name: t('experiments:run.progress') })
    .locator('div', { has: page.locator('dt', { hasText: new RegExp(`^${t('experiments:run.step')}$`) }) })
    .locator('dd')
    .last()
    .textContent()
    .catch(() => null)
  return (text?.match(/\d+/g) ?? []).map(Number)
}
