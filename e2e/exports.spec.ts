import { cp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { GOOD_TOKEN, startHubServer, type HubServer } from '../core/hub/testing/hub-server.ts'
import { goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

const RUN = '書き出す実験'
let server: HubServer

test.beforeAll(async () => {
  server = await startHubServer([])
  Object.assign(process.env, { HF_ENDPOINT: server.url, HF_TOKEN: GOOD_TOKEN })
})
test.afterAll(async () => {
  delete process.env['HF_ENDPOINT']
  delete process.env['HF_TOKEN']
  await server.close()
})

/** Trains for a moment, and resolves when the run has ended. */
const train = (page: Page, name: string): Promise<void> =>
  page.evaluate(async (runName) => {
    const { studio } = window as unknown as { studio: { call(name: string, input: unknown): Promise<never> } }
    const call = async (call: string, input: object): Promise<{ id: string; state: { kind: string } }[]> => {
      const result = (await studio.call(call, input)) as { ok: boolean; value: never; error: unknown }
      if (!result.ok) throw new Error(JSON.stringify(result.error))
      return [result.value].flat()
    }
    const [dataset] = await call('datasets.create', { from: 'sample' })
    const settings = { 'dataset.id': dataset?.id, 'training.epochs': 2, 'general.experiment_name': runName }
    await call('experiments.start', { settings })
    for (;;) {
      const [run] = await call('experiments.list', {})
      if (run?.state.kind === 'finished') return
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }, name)

test('a run goes out as a model of its own, which answers as the run does', async ({ studio }) => {
  test.slow()
  const { page, folders, picture, language, resize, t } = studio
  const out = join(folders.library, 'exports')
  const dialog = page.getByRole('dialog')
  const button = (name: string) => dialog.getByRole('button', { name, exact: true })
  await train(page, RUN)
  await goTo(page, t('experiments:room.title'))
  await page.getByText(RUN, { exact: true }).first().click()

  await test.step('the dialog is opened and answered by keys alone', async () => {
    await page.getByRole('button', { name: t('experiments:exports.act'), exact: true }).focus()
    await page.keyboard.press('Enter')
    const merged = dialog.getByRole('radio', { name: new RegExp(t('experiments:exports.forms.merged.title')) })
    const first = dialog.getByRole('radio', { name: new RegExp(`^${t('experiments:exports.forms.gguf.title')} \\d`) })
    await expect(first).toBeChecked()
    await picture(`export-choices-${language}-1280`)
    await resize(800, 600)
    await picture(`export-choices-${language}-800`)
    await resize(1280, 800)
    await first.focus()
    // LM Studio is passed over where it is not on this computer.
    await expect(async () => {
      await page.keyboard.press('ArrowDown')
      expect(await merged.isChecked()).toBe(true)
    }).toPass({ intervals: [0] })
    await button(t('experiments:exports.start')).focus()
    await page.keyboard.press('Enter')
  })

  await test.step('what was written answers as the run does, and lies in its folder', async () => {
    const same = [1, 2, 3, 4, 5].map((count) => t('experiments:exports.same', { count }))
    await expect(dialog.getByText(t('experiments:exports.done'), { exact: true })).toBeVisible({ timeout: 120_000 })
    await expect(dialog.getByText(new RegExp(`^(${same.join('|')})$`))).toBeVisible()
    await picture(`export-done-${language}-1280`)
    expect((await readdir(join(out, `${RUN}-merged`))).sort()).toEqual(
      expect.arrayContaining(['config.json', 'model.safetensors', 'README.md', 'tokenizer_config.json']),
    )
  })

  await test.step('it goes to the Hub, private, under a name of its own', async () => {
    await button(t('experiments:exports.publish.act')).click()
    const name = dialog.getByRole('textbox', { name: t('experiments:exports.publish.name') })
    await expect(name).toHaveValue(/-lora$/)
    await name.fill('犬')
    await expect(dialog.getByText(t('experiments:exports.publish.nameRule'))).toBeVisible()
    await expect(button(t('experiments:exports.publish.startPrivate'))).toBeDisabled()
    await name.fill('first-lesson')
    await picture(`publish-${language}-1280`)
    await resize(800, 600)
    await picture(`publish-${language}-800`)
    await resize(1280, 800)
    await dialog.getByText(t('experiments:exports.publish.card')).click()
    const card = dialog.getByRole('textbox', { name: t('experiments:exports.publish.cardEdit') })
    await card.fill(`${await card.inputValue()}\n犬のことばの練習です。\n`)
    await card.scrollIntoViewIfNeeded()
    await picture(`publish-card-${language}-1280`)
    await button(t('experiments:exports.publish.startPrivate')).click()
    const repository = 'terakoya/first-lesson'
    await expect(dialog.getByText(t('experiments:exports.publish.done', { repository }))).toBeVisible()
    await picture(`published-${language}-1280`)
    const { isPrivate, files } = server.written.repositories.get(repository)!
    expect(isPrivate).toBe(true)
    expect([...files.keys()].sort()).toEqual((await readdir(join(out, `${RUN}-merged`))).sort())
    expect(files.get('README.md')!.toString('utf8')).toMatch(/犬のことばの練習です。\n$/)
  })

  await test.step('one that is cancelled leaves nothing', async () => {
    await button(t('experiments:exports.again')).click()
    await dialog.getByText(t('experiments:exports.past.title', { count: 1 })).click()
    await picture(`export-past-${language}-1280`)
    await dialog.getByText(t('experiments:exports.forms.mlx.title')).click()
    await button(t('experiments:exports.start')).click()
    await button(t('experiments:exports.stop')).click()
    await expect(dialog.getByText(t('experiments:exports.cancelled'))).toBeVisible()
    expect(await readdir(out)).toEqual([`${RUN}-merged`])
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  })

  await test.step('an adapter from elsewhere becomes a run, which is asked beside its base', async () => {
    await page.getByRole('button', { name: t('experiments:exports.act'), exact: true }).click()
    await dialog.getByText(t('experiments:exports.forms.peft.title'), { exact: true }).click()
    await button(t('experiments:exports.start')).click()
    await expect(dialog.getByText(t('experiments:exports.done'), { exact: true })).toBeVisible()
    await button(t('common:close')).last().click()
    await expect(dialog).toBeHidden()
    await cp(join(out, `${RUN}-peft`), join(folders.library, 'models', 'from-elsewhere'), { recursive: true })
    await goTo(page, t('models:room.title'))
    await page.getByText('from-elsewhere', { exact: true }).first().click()
    await expect(page.getByRole('button', { name: t('models:adopt'), exact: true })).toBeVisible()
    await picture(`adapter-${language}-1280`)
    await page.getByRole('button', { name: t('models:adopt'), exact: true }).click()
    await expect(page.getByRole('button', { name: t('experiments:tryInChat'), exact: true })).toBeVisible()
    await picture(`adopted-${language}-1280`)
    await resize(800, 600)
    await picture(`adopted-${language}-800`)
    await resize(1280, 800)
    await page.getByRole('button', { name: t('experiments:tryInChat'), exact: true }).click()
    await page.getByRole('textbox', { name: t('chat:question') }).fill('こんにちは')
    await page.getByRole('button', { name: t('chat:send'), exact: true }).click()
    const answers = page.getByRole('log', { name: t('chat:conversation') }).locator('[data-source]')
    await expect(answers).toHaveCount(2)
    for (const column of [0, 1]) await expect(answers.nth(column)).toHaveAttribute('data-state', 'done')
    await picture(`adopted-chat-${language}-1280`)
  })
})
