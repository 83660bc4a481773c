import type { Page } from '@playwright/test'
import { cell, cellInput, choose, fillSetting, goTo, reading } from './support/rooms.ts'
import { compose, confirm } from './support/input-method.ts'
import { expect, test } from './support/studio.ts'

const QUESTION = 'RehabCチャンネルとは?'

test('from an empty library to a trained model that answers', async ({ studio }) => {
  // It trains for real: on a busy machine that takes minutes.
  test.slow()
  const { page, picture, resize } = studio
  const state = (word: string) => page.getByRole('article').locator('header').getByText(word, { exact: true })
  const button = (name: string) => page.getByRole('button', { name, exact: true })

  await test.step('ホーム shows five steps and this machine', async () => {
    const steps = page.getByRole('region', { name: 'はじめての学習' }).getByRole('listitem')
    await expect(steps).toHaveCount(5)
    await expect(page.getByRole('heading', { name: 'このパソコン' })).toBeVisible()
    await expect(page.getByText('ライブラリ').or(page.getByText('プロセッサ')).first()).toBeVisible()
    await picture('home-ja-light-1280')
    await resize(960, 640)
    await picture('home-ja-light-960')
    await resize(1280, 800)
  })

  await test.step('the sample opens in the table', async () => {
    await button('サンプルを開く').click()
    const grid = page.getByRole('grid')
    // Eleven rows, the header, and the empty row at the end.
    await expect(grid).toHaveAttribute('aria-rowcount', '13')
    await expect(grid.getByRole('rowheader', { name: '11', exact: true })).toBeVisible()
    await picture('dataset-ja-light-1280')
  })

  await test.step('typing writes a cell, undo takes it back', async () => {
    const before = (await cell(page, 2, 2).textContent()) ?? ''
    await cell(page, 2, 2).click()
    await page.keyboard.type('abc')
    await page.keyboard.press('Enter')
    await expect(cell(page, 2, 2)).toHaveText('abc')
    await button('元に戻す').click()
    await expect(cell(page, 2, 2)).toHaveText(before)
  })

  await test.step('an input method begins in the selected cell with its first character', async () => {
    const before = (await cell(page, 3, 1).textContent()) ?? ''
    const cdp = await page.context().newCDPSession(page)
    await cell(page, 3, 1).click()
    await compose(cdp)
    await expect(cellInput(page)).toHaveValue('感じ')
    await picture('dataset-composing')
    await confirm(cdp)
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
    await goTo(page, '実験')
    await choose(page, 'おすすめの設定', 'まず試す')
    await fillSetting(page, 'training.epochs', '12')
    await expect(page.getByRole('complementary', { name: 'この設定での学習' })).toContainText('24 ステップ')
    await picture('form-ja-light-1280')
    await resize(960, 640)
    await picture('form-ja-light-960')
    await resize(1280, 800)
  })

  await test.step('学習開始 shows the run live', async () => {
    await button('学習開始').click()
    await expect(page.getByRole('img', { name: '損失の推移のグラフ' })).toBeVisible()
    await expect.poll(async () => (await reading(page, 'ステップ'))[0] ?? 0).toBeGreaterThanOrEqual(2)
    await picture('training-ja-light-1280')
  })

  await test.step('停止 and 再開', async () => {
    await page.getByRole('article').getByRole('button', { name: '停止', exact: true }).click()
    await expect(page.getByText('学習を途中で止めました。')).toBeVisible()
    await expect(state('停止')).toBeVisible()
    await picture('stopped-ja-light-1280')
    const [stoppedAt = 0] = await reading(page, 'ステップ')
    await button('再開').click()
    await expect.poll(async () => (await reading(page, 'ステップ'))[0] ?? 0).toBeGreaterThan(stoppedAt)
  })

  await test.step('the engine dies: 中断 with its reason, and 再開 finishes', async () => {
    studio.killEngine()
    await expect(page.getByText('学習が途中で終わりました（計算エンジンが終了しました）。')).toBeVisible()
    await expect(state('中断')).toBeVisible()
    await picture('interrupted-ja-light-1280')
    await button('再開').click()
    await expect(state('完了')).toBeVisible({ timeout: 120_000 })
    expect(await reading(page, 'ステップ')).toEqual([24, 24])
    await picture('finished-ja-light-1280')
    await resize(960, 640)
    await picture('finished-ja-light-960')
    await resize(1280, 800)
  })

  await test.step('チャット answers side by side, word by word', async () => {
    await button('チャットで試す').click()
    await picture('chat-empty-ja-light-1280')
    const lengths = await watchAnswers(page)
    await page.getByRole('textbox', { name: '質問' }).fill(QUESTION)
    await button('送信').click()
    const answers = page.getByRole('log', { name: '会話' }).locator('[data-source]')
    await expect(answers).toHaveCount(2)
    for (const column of [0, 1]) {
      await expect(answers.nth(column)).toHaveAttribute('data-state', 'done')
      await expect(answers.nth(column)).not.toContainText('（回答なし）')
    }
    await expect(answers.nth(0)).toHaveAttribute('data-source', 'model:terakoya-tiny-ja')
    await expect(answers.nth(1)).toHaveAttribute('data-source', /^experiment:/)
    expect(await lengths(), 'texts of growing length, in both columns').toEqual([true, true])
    await picture('chat-ja-light-1280')
  })

  await test.step('every room in dark, then in English', async () => {
    await goTo(page, '設定')
    await picture('settings-ja-light-1280')
    await choose(page, '外観', 'ダーク')
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    await picture('settings-ja-dark-1280')
    await choose(page, '言語', 'English')
    await expect(page.getByRole('heading', { name: 'Settings', exact: true })).toBeVisible()
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
    for (const room of ['Home', 'Datasets', 'Experiments', 'Chat', 'Models', 'Settings']) {
      await goTo(page, room)
      await expect(page.getByRole('button', { name: room, exact: true }).first()).toHaveAttribute(
        'aria-current',
        'page',
      )
      await picture(`${room.toLowerCase()}-en-dark-1280`)
      await resize(960, 640)
      await picture(`${room.toLowerCase()}-en-dark-960`)
      await resize(1280, 800)
    }
    await choose(page, 'Theme', 'Light')
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
    await expect(page.locator('html')).toHaveAttribute('lang', 'en')
    await picture('settings-en-light-1280')
  })
})

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
