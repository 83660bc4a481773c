import { chromium, expect, test, type Browser, type Page } from '@playwright/test'
import { join } from 'node:path'
import { createServer, type ViteDevServer } from 'vite'
import { root } from './support/command.ts'

let server: ViteDevServer
let browser: Browser

test.beforeAll(async () => {
  server = await createServer({
    configFile: join(root, 'stories.config.ts'),
    server: { port: 0, host: '127.0.0.1' },
    logLevel: 'warn',
  })
  await server.listen()
  browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
})
test.afterAll(async () => {
  await browser.close()
  await server.close()
})

/** Opens the stories, and fails at the end of `work` where the page has reported anything. */
async function withStories(language: string, theme: string, work: (page: Page) => Promise<void>): Promise<void> {
  const page = await browser.newPage({
    viewport: { width: 1280, height: 800 },
    ...(theme === 'contrast' && { forcedColors: 'active' as const }),
  })
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text())
  })
  await page.goto(`${server.resolvedUrls?.local[0]}?language=${language}&theme=${theme}`)
  await expect(page.getByRole('region', { name: 'Toast' })).toBeVisible()
  await work(page)
  expect(faults).toEqual([])
  await page.close()
}

const panels = [
  { name: 'dialog', button: 'Dialog', role: 'dialog' },
  { name: 'sheet', button: 'Sheet', role: 'dialog' },
  { name: 'menu', button: 'Menu', role: 'menu' },
] as const

/** What is chosen, on or done can be told from what is not, by its colour, in forced colours too. */
async function expectMarks(page: Page): Promise<void> {
  const colours = (region: string, selector: string) =>
    page
      .getByRole('region', { name: region, exact: true })
      .locator(selector)
      .evaluateAll((all) => all.map((element) => getComputedStyle(element).backgroundColor))
  const [first, second] = await colours('List', '[role=option]')
  expect(second).not.toBe(first)
  const [light, dark] = await colours('Segmented', 'label')
  expect(light).not.toBe(dark)
  const [on, off] = await colours('Switch', 'label > span:has(> span)')
  expect(on).not.toBe(off)
  const [track, bar] = await colours('Progress', '[aria-label][aria-valuenow="40"] div')
  expect(bar).not.toBe(track)
}

for (const language of ['ja', 'en'])
  for (const theme of ['light', 'dark', 'contrast'])
    test(`every control in ${language}, ${theme}`, async () => {
      await withStories(language, theme, async (page) => {
        const picture = (name: string, fullPage = false) =>
          page.screenshot({
            path: join(root, 'artifacts', 'screenshots', `stories-${name}-${language}-${theme}.png`),
            fullPage,
          })
        expect(await page.evaluate(() => matchMedia('(forced-colors: active)').matches)).toBe(theme === 'contrast')
        await picture('all', true)
        await expectMarks(page)
        for (const { name, button, role } of panels) {
          await page.getByRole('button', { name: button, exact: true }).click()
          await expect(page.getByRole(role)).toBeVisible()
          await picture(name)
          await page.keyboard.press('Escape')
          await expect(page.getByRole(role)).toBeHidden()
        }
        await page.getByRole('region', { name: 'Select' }).getByRole('button').first().click()
        await expect(page.getByRole('listbox')).toHaveCount(4)
        await picture('select')
        await page.keyboard.press('Escape')
        for (const button of ['Toast', 'Toast with an act', 'Failure'])
          await page.getByRole('button', { name: button, exact: true }).click()
        await expect(page.getByRole('alertdialog')).toHaveCount(3)
        await picture('toasts')
      })
    })

test('the bar between two panes drags, follows keys, and comes back by a double click', async () => {
  await withStories('en', 'light', async (page) => {
    const bar = page.getByRole('separator')
    const width = async () => Number(await bar.getAttribute('aria-valuenow'))
    await bar.scrollIntoViewIfNeeded()
    const box = (await bar.boundingBox())!
    await page.mouse.move(box.x, box.y + 20)
    await page.mouse.down()
    await page.mouse.move(box.x + 60, box.y + 20, { steps: 4 })
    await page.mouse.up()
    expect(await width()).toBe(300)
    await bar.focus()
    await page.keyboard.press('ArrowLeft')
    expect(await width()).toBe(284)
    await page.keyboard.press('End')
    expect(await width()).toBe(440)
    await page.keyboard.press('ArrowRight')
    expect(await width()).toBe(440)
    await page.keyboard.press('Home')
    expect(await width()).toBe(200)
    await bar.dblclick()
    expect(await width()).toBe(240)
  })
})

test('a dialog keeps the focus within and gives it back', async () => {
  await withStories('ja', 'light', async (page) => {
    const opener = page.getByRole('button', { name: 'Dialog', exact: true })
    await opener.click()
    const dialog = page.getByRole('dialog')
    await expect(dialog.getByRole('textbox')).toBeFocused()
    // Four stops: the field, two acts, the cross; the fifth is the field again.
    for (let count = 0; count < 4; count++) {
      await page.keyboard.press('Tab')
      await expect(dialog.locator(':focus')).toHaveCount(1)
    }
    await expect(dialog.getByRole('textbox')).toBeFocused()
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
    await expect(opener).toBeFocused()
  })
})

test('a select opens at what is chosen, moves by arrows over what is disabled, and takes it by Enter', async () => {
  await withStories('en', 'light', async (page) => {
    const trigger = page.getByRole('region', { name: 'Select' }).getByRole('button').first()
    await trigger.focus()
    await page.keyboard.press('ArrowDown')
    const options = page.getByRole('listbox').last().getByRole('option')
    await expect(options).toHaveCount(3)
    await expect(options.nth(0)).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(options.nth(1)).toBeFocused()
    await page.keyboard.press('ArrowDown')
    await expect(options.nth(1)).toBeFocused()
    await page.keyboard.press('Enter')
    await expect(trigger).toContainText('Datasets')
    await expect(trigger).toBeFocused()
  })
})
