import { readFile } from 'node:fs/promises'
import type { Locator } from '@playwright/test'
import { compose, confirm } from './support/input-method.ts'
import { cell, choose, fillSetting, goTo } from './support/rooms.ts'
import { expect, test, type Studio } from './support/studio.ts'
import { beginningOf, firstPreset, text } from './support/texts.ts'

const QUESTION = 'こんにちは'

const box = ({ page, t }: Studio) => page.getByRole('textbox', { name: t('chat:question'), exact: true })
const log = ({ page, t }: Studio) => page.getByRole('log', { name: t('chat:conversation') })
const answers = (studio: Studio) => log(studio).locator('[data-source]')
const button = ({ page }: Studio, name: string) => page.getByRole('button', { name, exact: true })
const list = ({ page, t }: Studio) => page.getByRole('listbox', { name: t('chat:list.title') })

/** Asks, and waits for every answer of the last turn. */
async function ask(studio: Studio, question: string, count: number): Promise<void> {
  await box(studio).fill(question)
  await box(studio).press('Enter')
  await expect(answers(studio)).toHaveCount(count)
  await allDone(studio)
}

async function allDone(studio: Studio): Promise<void> {
  await expect(button(studio, studio.t('chat:send'))).toBeVisible()
  for (const answer of await answers(studio).all()) await expect(answer).toHaveAttribute('data-state', 'done')
}

async function menu({ page, t }: Studio, entry: string): Promise<void> {
  await page.getByRole('button', { name: t('chat:list.more'), exact: true }).click()
  await page.getByRole('menuitem', { name: entry, exact: true }).click()
}

/** A question's own buttons appear under the pointer. */
async function act(studio: Studio, place: Locator, name: string): Promise<void> {
  await place.hover()
  await place.getByRole('button', { name, exact: true }).click()
}

test('conversations are kept, found, branched, exported, deleted and brought back', async ({ studio }) => {
  const { page, t, picture, resize } = studio
  await goTo(page, t('chat:room.title'))
  await expect(page.getByText(t('chat:empty.title'))).toBeVisible()
  await expect(page.getByRole('button', { name: t('chat:column', { number: 1 }) })).toContainText('terakoya-tiny-ja')
  await picture('chat-new-1280')
  await resize(800, 600)
  await picture('chat-new-800')
  await resize(1280, 800)

  await test.step('an input method’s Enter sends nothing; the next one does', async () => {
    const cdp = await page.context().newCDPSession(page)
    await box(studio).focus()
    await compose(cdp, QUESTION)
    await confirm(cdp, QUESTION)
    await expect(box(studio)).toHaveValue(QUESTION)
    await expect(page.getByText(t('chat:empty.title'))).toBeVisible()
    await page.keyboard.press('Enter')
    await expect(answers(studio)).toHaveCount(1)
    await allDone(studio)
    await expect(answers(studio)).toContainText(t('chat:speed', { speed: '' }).trim())
  })

  await test.step('a second question goes on; ↑ recalls it', async () => {
    await ask(studio, '好きな食べ物は?', 2)
    await box(studio).press('ArrowUp')
    await expect(box(studio)).toHaveValue('好きな食べ物は?')
    await box(studio).press('ArrowUp')
    await expect(box(studio)).toHaveValue(QUESTION)
    await box(studio).fill('')
  })

  await test.step('edited and sent again, it is a branch, and the first is still there', async () => {
    await act(studio, log(studio).locator('section').nth(1), t('chat:turn.edit'))
    await page.getByRole('textbox', { name: t('chat:turn.edit') }).fill('好きな色は?')
    await button(studio, t('chat:turn.editSend')).click()
    await expect(log(studio).getByText('好きな色は?', { exact: true })).toBeVisible()
    await allDone(studio)
    await expect(page.getByText('2 / 2', { exact: true })).toBeVisible()
    await picture('chat-branch-1280')
    await button(studio, t('chat:turn.before')).click()
    await expect(log(studio).getByText('好きな食べ物は?', { exact: true })).toBeVisible()
  })

  await test.step('everything is there after the page was loaded anew', async () => {
    const texts = await answers(studio).allTextContents()
    await page.reload()
    await expect(answers(studio)).toHaveCount(2)
    expect(await answers(studio).allTextContents()).toEqual(texts)
    await expect(page.getByText('1 / 2', { exact: true })).toBeVisible()
  })

  await test.step('it is renamed, pinned, and found by what was said', async () => {
    await menu(studio, t('common:rename'))
    await page.getByRole('textbox', { name: t('chat:list.name') }).fill('あいさつ')
    await button(studio, t('common:save')).click()
    await expect(list(studio).getByRole('option', { name: 'あいさつ' })).toBeVisible()
    await menu(studio, t('chat:list.pin'))
    await expect(list(studio).getByText(t('chat:list.pinned'), { exact: true })).toBeVisible()
    await button(studio, t('chat:new')).click()
    await ask(studio, '海の色は?', 1)
    await expect(list(studio).getByRole('option')).toHaveCount(2)
    const search = page.getByRole('searchbox', { name: t('chat:list.search') })
    await search.fill('食べ物')
    await expect(list(studio).getByRole('option')).toHaveText([/あいさつ/])
    await search.fill('')
    await picture('chat-list-1280')
  })

  await test.step('a conversation is exported', async () => {
    // The dialog of the desktop is the system's own.
    if (!page.context().browser()) return
    const download = page.waitForEvent('download')
    await menu(studio, t('chat:exported.markdown'))
    expect(await readFile(await (await download).path(), 'utf8')).toContain(
      `## ${t('chat:exported.question')}\n\n海の色は?`,
    )
  })

  await test.step('its answers become a dataset', async () => {
    await menu(studio, t('chat:exported.dataset'))
    await button(studio, t('chat:exported.open')).click()
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '3')
    await expect(cell(page, 1, 1)).toHaveText('海の色は?')
    await expect(cell(page, 1, 3)).toHaveText('terakoya-tiny-ja')
    await goTo(page, t('chat:room.title'))
  })

  await test.step('settings are changed in the text, and explained', async () => {
    await box(studio).fill('--help')
    await box(studio).press('Enter')
    await expect(page.getByRole('dialog', { name: t('chat:flags.title') })).toContainText('--num_beams')
    await picture('chat-help-1280')
    await button(studio, t('common:close')).last().click()
    await box(studio).fill('--num_beams 2 --max_length_inference 3\n空の色は?')
    await box(studio).press('Enter')
    await expect(answers(studio)).toHaveCount(2)
    await expect(answers(studio).nth(1)).toContainText(t('chat:finish.length'))
  })

  await test.step('an answer that was cut off goes on', async () => {
    const begun = (await answers(studio).nth(1).locator('[data-text]').textContent()) ?? ''
    await act(studio, answers(studio).nth(1), t('chat:turn.goOn'))
    await expect(answers(studio).nth(1).locator('[data-text]')).not.toHaveText(begun)
    await allDone(studio)
    expect(await answers(studio).nth(1).locator('[data-text]').textContent()).toContain(begun)
  })

  await test.step('deleted, it is gone, and is brought back', async () => {
    await menu(studio, t('common:remove'))
    await expect(list(studio).getByRole('option')).toHaveCount(1)
    await expect(page.getByText(t('chat:empty.title'))).toBeVisible()
    await button(studio, t('common:undo')).click()
    await expect(list(studio).getByRole('option')).toHaveCount(2)
    await list(studio).getByRole('option', { name: '海の色は?' }).click()
    await expect(answers(studio)).toHaveCount(2)
  })

  await test.step('a question that is too long stays in its field', async () => {
    await box(studio).fill('長い質問です。'.repeat(2000))
    await box(studio).press('Enter')
    await expect(
      page.getByRole('alert').filter({ hasText: beginningOf(text('ja').errors['chat/too-long']) }),
    ).toBeVisible()
    await expect(box(studio)).toHaveValue(/^長い質問です/)
    await expect(answers(studio)).toHaveCount(2)
    await box(studio).fill('')
  })
})

test('a run is asked beside its base, with its adapter off, and in every look', async ({ studio }) => {
  const { page, t, picture, resize } = studio
  await goTo(page, t('home:room.title'))
  await button(studio, t('home:steps.data.act')).click()
  await expect(page.getByRole('grid')).toBeVisible()
  await goTo(page, t('experiments:room.title'))
  await choose(page, t('experiments:form.preset'), firstPreset('ja'))
  await fillSetting(page, 'training.epochs', '12')
  await button(studio, t('experiments:start')).click()
  await expect(button(studio, t('experiments:tryInChat'))).toBeEnabled({ timeout: 120_000 })
  await button(studio, t('experiments:tryInChat')).click()
  await expect(page.getByRole('group', { name: t('chat:suggestions.taught') })).toBeVisible()

  await test.step('the base and the run answer, and the words that differ are marked', async () => {
    await ask(studio, 'RehabCチャンネルとは?', 2)
    await expect(answers(studio).first()).toHaveAttribute('data-source', 'model:terakoya-tiny-ja')
    await expect(log(studio).locator('mark').first()).toBeVisible()
    await picture('chat-beside-1280')
  })

  await test.step('with its adapter off the run answers as its base', async () => {
    await page.getByText(t('chat:columns.adapter'), { exact: true }).click()
    await expect(page.getByRole('switch', { name: t('chat:columns.adapter') })).not.toBeChecked()
    await act(studio, log(studio).locator('section').first(), t('chat:turn.again'))
    await expect(page.getByText('2 / 2', { exact: true })).toBeVisible()
    await expect(answers(studio).nth(1)).toHaveAttribute('data-adapter', 'off')
    await allDone(studio)
    const [base, off] = await answers(studio).locator('[data-text]').allTextContents()
    expect(off).toBe(base)
  })

  await test.step('a third column is added and removed; four fit into the window', async () => {
    for (const count of [3, 4]) {
      await button(studio, t('chat:columns.add')).click()
      await page.getByRole('menuitem', { name: 'terakoya-tiny-ja' }).click()
      await expect(page.getByRole('button', { name: t('chat:column', { number: count }) })).toBeVisible()
    }
    await expect(button(studio, t('chat:columns.add'))).toHaveCount(0)
    await ask(studio, 'こんにちは', 6)
    await picture('chat-four-1280')
    await button(studio, t('chat:settings')).click()
    await picture('chat-settings-1280')
    await resize(800, 600)
    await picture('chat-settings-800')
    await button(studio, t('common:close')).click()
    await expect(list(studio)).toHaveCount(0)
    await picture('chat-four-800')
    await button(studio, t('chat:list.show')).click()
    await expect(list(studio)).toBeVisible()
    await resize(1280, 800)
  })

  await test.step('a run that was deleted is named; the conversation stays readable', async () => {
    await goTo(page, t('experiments:room.title'))
    await page.getByRole('button', { name: t('common:more'), exact: true }).click()
    await page.getByRole('menuitem', { name: t('common:remove') }).click()
    await goTo(page, t('chat:room.title'))
    await expect(
      page
        .getByRole('status')
        .filter({ hasText: beginningOf(text('ja').rooms.chat.columns.gone.replace('「{name}」', '')) }),
    ).toBeVisible()
    await expect(answers(studio)).toHaveCount(6)
    await goTo(page, t('settings:room.title'))
    await choose(page, t('settings:theme.label'), t('settings:theme.dark'))
    await goTo(page, t('chat:room.title'))
    await picture('chat-dark-1280')
  })
})
