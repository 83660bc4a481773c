import type { Page } from '@playwright/test'
import { cell, cellInput, choose, fillSetting, goTo, stepsOf } from './support/rooms.ts'
import { compose, confirm } from './support/input-method.ts'
import { expect, test } from './support/studio.ts'
import { firstPreset, text, textsOf, type Texts } from './support/texts.ts'

const QUESTION = 'RehabCチャンネルとは?'

test('from an empty library to a trained model that answers', async ({ studio }) => {
  // It trains for real: on a busy machine that takes minutes.
  test.slow()
  const { page, picture, resize, language, t } = studio
  const state = (word: string) => page.getByRole('article').locator('header').getByText(word, { exact: true })
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  await test.step('ホーム shows five steps and this machine', async () => {
    const steps = page.getByRole('region', { name: t('home:stepsTitle') }).getByRole('listitem')
    await expect(steps).toHaveCount(5)
    await expect(page.getByRole('heading', { name: t('home:machine') })).toBeVisible()
    await expect(page.getByText(t('settings:machine.processor')).first()).toBeVisible()
    await picture(`home-${language}-light-1280`)
    await resize(960, 640)
    await picture(`home-${language}-light-960`)
    await resize(1280, 800)
  })

  await test.step('the sample opens in the table', async () => {
    await button(t('home:steps.data.act')).click()
    const grid = page.getByRole('grid')
    // Eleven rows, the header, and the empty row at the end.
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(grid.getByRole('rowheader', { name: '11', exact: true })).toBeVisible()
    await picture(`dataset-${language}-light-1280`)
  })

  await test.step('typing writes a cell, undo takes it back', async () => {
    const before = (await cell(page, 2, 2).textContent()) ?? ''
    await cell(page, 2, 2).click()
    await page.keyboard.type('abc')
    await page.keyboard.press('Enter')
    await expect(cell(page, 2, 2)).toHaveText('abc')
    await button(t('datasets:undo')).click()
    await expect(cell(page, 2, 2)).toHaveText(before)
  })

  await test.step('an input method begins in the selected cell with its first character', async () => {
    const before = (await cell(page, 3, 1).textContent()) ?? ''
    const cdp = await page.context().newCDPSession(page)
    await cell(page, 3, 1).click()
    await compose(cdp, '感じ')
    await expect(cellInput(page)).toHaveValue('感じ')
    await picture('dataset-composing')
    await confirm(cdp, '感じ')
    await page.keyboard.press('Enter')
    await expect(cell(page, 3, 1)).toHaveText('感じ')
    await page.keyboard.press('Control+z')
    await expect(cell(page, 3, 1)).toHaveText(before)
  })

  await test.step('a range is copied and pasted', async () => {
    const texts = await Promise.all(
      [cell(page, 1, 1), cell(page, 1, 2), cell(page, 2, 1), cell(page, 2, 2)].map((each) => each.textContent()),
    )
    await cell(page, 1, 1).click()
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Control+c')
    await cell(page, 12, 1).click()
    await page.keyboard.press('Control+v')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '15')
    const pasted = [cell(page, 12, 1), cell(page, 12, 2), cell(page, 13, 1), cell(page, 13, 2)]
    for (const [index, text] of texts.entries())
      await expect(pasted[index] as (typeof pasted)[0]).toHaveText(text ?? '')
    await page.keyboard.press('Control+z')
    await expect(page.getByRole('grid')).toHaveAttribute('aria-rowcount', '13')
    await expect(page.locator('[data-save-state="saved"]')).toBeVisible()
  })

  await test.step('a new experiment with the preset まず試す and twelve epochs', async () => {
    await goTo(page, t('experiments:room.title'))
    await choose(page, t('experiments:form.preset'), firstPreset(language))
    await fillSetting(page, 'training.epochs', '12')
    await expect(page.getByRole('complementary', { name: t('experiments:plan.title') })).toContainText(
      t('experiments:plan.totalSteps', { count: 24 }),
    )
    await picture(`form-${language}-light-1280`)
    await resize(960, 640)
    await picture(`form-${language}-light-960`)
    await resize(1280, 800)
  })

  await test.step('学習開始 shows the run live', async () => {
    await button(t('experiments:start')).click()
    await expect(page.getByRole('img', { name: t('experiments:run.lossChart') })).toBeVisible()
    await expect.poll(async () => (await stepsOf(page, t))[0] ?? 0).toBeGreaterThanOrEqual(2)
    await picture(`training-${language}-light-1280`)
  })

  await test.step('停止 and 再開', async () => {
    await page
      .getByRole('article')
      .getByRole('button', { name: t('experiments:stop'), exact: true })
      .click()
    await expect(page.getByText(t('experiments:run.stopped'))).toBeVisible()
    await expect(state(t('experiments:state.stopped'))).toBeVisible()
    await picture(`stopped-${language}-light-1280`)
    const [stoppedAt = 0] = await stepsOf(page, t)
    await button(t('experiments:resume')).click()
    await expect.poll(async () => (await stepsOf(page, t))[0] ?? 0).toBeGreaterThan(stoppedAt)
  })

  await test.step('the engine dies: 中断 with its reason, and 再開 finishes', async () => {
    studio.killEngine()
    await expect(
      page.getByText(t('experiments:run.interrupted', { reason: text(language).facts.reason['engine-exit'] })),
    ).toBeVisible()
    await expect(state(t('experiments:state.interrupted'))).toBeVisible()
    await picture(`interrupted-${language}-light-1280`)
    await button(t('experiments:resume')).click()
    await expect(state(t('experiments:state.finished'))).toBeVisible({ timeout: 120_000 })
    expect(await stepsOf(page, t)).toEqual([24, 24])
    await picture(`finished-${language}-light-1280`)
    await resize(960, 640)
    await picture(`finished-${language}-light-960`)
    await resize(1280, 800)
  })

  await test.step('チャット answers side by side, word by word', async () => {
    await button(t('experiments:tryInChat')).click()
    await picture(`chat-empty-${language}-light-1280`)
    const lengths = await watchAnswers(page)
    await ask(page, t)
    expect(await lengths(), 'texts of growing length, in both columns').toEqual([true, true])
    await picture(`chat-${language}-light-1280`)
  })

  await test.step('every room in dark, then in the other language', async () => {
    const other = language === 'ja' ? 'en' : 'ja'
    const inOther = textsOf(other)
    await goTo(page, t('settings:room.title'))
    await picture(`settings-${language}-light-1280`)
    await choose(page, t('settings:theme.label'), t('settings:theme.dark'))
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await picture(`settings-${language}-dark-1280`)
    await choose(page, t('settings:language.label'), text(other).language.name)
    await expect(page.getByRole('heading', { name: inOther('settings:title'), exact: true })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', other)
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    for (const room of ['home', 'datasets', 'experiments', 'chat', 'models', 'settings'] as const) {
      const name = inOther(`${room}:room.title`)
      await goTo(page, name)
      await expect(page.getByRole('button', { name, exact: true }).first()).toHaveAttribute('aria-current', 'page')
      await picture(`${room}-${other}-dark-1280`)
      await resize(960, 640)
      await picture(`${room}-${other}-dark-960`)
      await resize(1280, 800)
    }
    await choose(page, inOther('settings:theme.label'), inOther('settings:theme.light'))
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
    await expect(page.locator('html')).toHaveAttribute('lang', other)
    await picture(`settings-${other}-light-1280`)
  })

  await test.step('a package that stands elsewhere now answers with the run of before', async () => {
    if (!studio.elsewhere) return
    const moved = await studio.elsewhere()
    const inOther = textsOf(language === 'ja' ? 'en' : 'ja')
    await goTo(moved, inOther('experiments:room.title'))
    await moved
      .getByRole('listbox', { name: inOther('experiments:room.title') })
      .getByRole('option')
      .first()
      .click()
    await moved.getByRole('button', { name: inOther('experiments:tryInChat'), exact: true }).click()
    await ask(moved, inOther)
  })
})

/** Asks the base model and the experiment; both answer. */
async function ask(page: Page, t: Texts): Promise<void> {
  await page.getByRole('textbox', { name: t('chat:question') }).fill(QUESTION)
  await page.getByRole('button', { name: t('chat:send'), exact: true }).click()
  const answers = page.getByRole('log', { name: t('chat:conversation') }).locator('[data-source]')
  await expect(answers).toHaveCount(2)
  for (const column of [0, 1]) {
    await expect(answers.nth(column)).toHaveAttribute('data-state', 'done')
    await expect(answers.nth(column)).not.toContainText(t('chat:noAnswer'))
  }
  await expect(answers.nth(0)).toHaveAttribute('data-source', 'model:terakoya-tiny-ja')
  await expect(answers.nth(1)).toHaveAttribute('data-source', /^experiment:/)
}

/** Notes how the answers grow from now on; the result says for each column whether its text came in parts. */
async function watchAnswers(page: Page): Promise<() => Promise<boolean[]>> {
  const seen = await page.evaluateHandle(() => {
    const lengths: Set<number>[] = [new Set(), new Set()]
    const look = () =>
      document.querySelectorAll('[data-source][data-state="streaming"]').forEach((answer) => {
        const column = [...(answer.parentElement?.children ?? [])].indexOf(answer)
        lengths[column]?.add(answer.textContent?.length ?? 0)
      })
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    })
    return lengths
  })
  return () => seen.evaluate((lengths) => lengths.map(({ size }) => size > 1))
}
