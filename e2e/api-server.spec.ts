import { spawn } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import OpenAI from 'openai'
import { end, environmentOf, freshFolders, root } from './support/command.ts'
import { goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

const asked = { model: 'terakoya-tiny-ja', messages: [{ role: 'user' as const, content: 'こんにちは' }], max_tokens: 8 }

test('the API server: off at first, a key shown once, answers another program, another key, off again', async ({
  studio: { page, t, picture },
}) => {
  await goTo(page, t('settings:room.title'))
  const card = page.locator('section', { has: page.getByRole('heading', { name: t('settings:apiServer.title') }) })
  const toggle = card.getByRole('switch')
  await expect(toggle).not.toBeChecked()
  await card.getByText(t('settings:apiServer.off')).click()
  await expect(toggle).toBeChecked()
  const copied = async (name: string) => {
    await card.getByRole('button', { name }).click()
    return page.evaluate(() => navigator.clipboard.readText())
  }
  const apiKey = await copied(t('settings:apiServer.copyKey'))
  const baseURL = await copied(t('settings:apiServer.copyAddress'))
  expect(await copied(t('settings:apiServer.copyExample'))).toContain(`-H "Authorization: Bearer ${apiKey}"`)
  await expect(card.getByRole('listitem').first()).toContainText(asked.model)
  await card.scrollIntoViewIfNeeded()
  await picture('api-server')

  const client = new OpenAI({ apiKey, baseURL, maxRetries: 0 })
  const answer = await client.chat.completions.create(asked)
  expect(answer.choices[0]?.message.content).not.toBe('')
  const count = t('settings:apiServer.counts', { count: 1, answering: 0, waiting: 0 })
  await expect(card.getByText(count)).toBeVisible()

  await card.getByRole('button', { name: t('settings:apiServer.hideKey') }).click()
  await expect(card.getByText(apiKey)).toHaveCount(0)
  await card.getByRole('button', { name: t('settings:apiServer.replace') }).click()
  await card.getByRole('button', { name: t('settings:apiServer.replaceNow') }).click()
  const another = await copied(t('settings:apiServer.copyKey'))
  await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  expect((await new OpenAI({ apiKey: another, baseURL }).models.list()).data).toHaveLength(1)

  await card.getByText(t('settings:apiServer.on')).click()
  await expect(toggle).not.toBeChecked()
  await expect(client.models.list()).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
})

test('terakoya serve-api prints its address, makes a key in a file, and takes one that is there', async () => {
  const folders = freshFolders()
  const file = join(dirname(folders.library), 'key.txt')
  const serveApi = async () => {
    const child = spawn(
      process.execPath,
      [join(root, 'bin', 'terakoya.mjs'), 'serve-api', '--port', '0', '--key-file', file, '--library', folders.library],
      { cwd: root, env: environmentOf(folders), stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    return { child, baseURL: String((await lines.next()).value) }
  }
  const first = await serveApi()
  expect(first.baseURL).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/v1$/)
  const apiKey = readFileSync(file, 'utf8').trim()
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  const { data } = await new OpenAI({ apiKey, baseURL: first.baseURL }).models.list()
  expect(data.map(({ id }) => id)).toEqual([asked.model])
  await end(first.child)

  writeFileSync(file, 'my-own-key-0123456789\n')
  const second = await serveApi()
  const client = new OpenAI({ apiKey: 'my-own-key-0123456789', baseURL: second.baseURL })
  const stream = await client.chat.completions.create({ ...asked, stream: true })
  let text = ''
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  expect(text).not.toBe('')
  await end(second.child)
})
