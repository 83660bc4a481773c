import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { goTo } from './support/rooms.ts'
import { sentence } from './support/sentence.ts'
import { expect, test } from './support/studio.ts'

test('damaged experiments are listed with their reason, can be deleted, and hide no other', async ({ studio }) => {
  const { page, folders, picture } = studio
  const experiments = join(folders.library, 'experiments')
  const cut = join(experiments, '20261101-090000-cutt')
  await goTo(page, '実験')
  mkdirSync(cut)
  writeFileSync(join(cut, 'experiment.yaml'), 'name: 途中で切れた実験\ncreatedAt: 2026-')
  mkdirSync(join(experiments, '20261102-090000-empt'))
  const list = page.getByRole('listbox', { name: '実験' }).or(page.getByRole('grid', { name: '実験' }))
  await expect(list.getByText('破損')).toHaveCount(2)
  await list.getByText('20261101-090000-cutt').click()
  await expect(page.getByText(sentence('experiment/damaged', { file: join(cut, 'experiment.yaml') }))).toBeVisible()
  await picture('damaged-experiment')
  await page.emulateMedia({ colorScheme: 'dark' })
  await picture('damaged-experiment-dark')
  await page.emulateMedia({ colorScheme: 'light' })
  await page.getByRole('button', { name: '実験を削除' }).click()
  await expect(list.getByText('破損')).toHaveCount(1)
  expect([existsSync(cut), existsSync(join(folders.library, 'trash', '20261101-090000-cutt'))]).toEqual([false, true])

  // Somebody moves folders while the studio runs: no error, the list is right.
  await list.getByText('20261102-090000-empt').click()
  await expect(
    page.getByText(
      sentence('experiment/incomplete', { file: join(experiments, '20261102-090000-empt', 'experiment.yaml') }),
    ),
  ).toBeVisible()
  cpSync(join(folders.library, 'trash', '20261101-090000-cutt'), cut, { recursive: true })
  await expect(list.getByText('20261101-090000-cutt')).toBeVisible()
  rmSync(join(experiments, '20261102-090000-empt'), { recursive: true })
  await expect(list.getByText('20261102-090000-empt')).toHaveCount(0)
  await expect(page.getByRole('alert')).toHaveCount(0)
})
