// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { fail, ok } from '../../core/contract/index.ts'
import { useFakeStudio } from '../testing/studio.ts'
import { cancel, giveShown, goTo, goUp, makeFolder, pickFolder, setNaming, useFolders } from './folders.store.ts'

const settled = () => new Promise((done) => setImmediate(done))
beforeEach(() => {
  cancel()
  useFakeStudio({
    'system.folders': ({ steps }) =>
      steps.includes('閉')
        ? fail('file/not-found', { file: '閉' })
        : ok({ steps, folders: ['書類', '閉'], isCut: false }),
    'system.makeFolder': ({ steps, name }) => ok({ steps: [...steps, name], folders: [], isCut: false }),
    'system.pickFolder': ({ steps }) => ok({ folder: `/home/${steps.join('/')}` }),
  })
})
const picking = () => useFolders.getState().picking

it('gives the folder that is shown to whoever asked', async () => {
  const picked = pickFolder()
  await settled()
  await goTo(['書類'])
  await makeFolder('寺子屋')
  expect(picking()?.listing?.steps).toEqual(['書類', '寺子屋'])
  await giveShown()
  expect([await picked, picking()]).toEqual(['/home/書類/寺子屋', null])
})

it('marks the folder that was left by going up', async () => {
  void pickFolder()
  await settled()
  await goTo(['書類'])
  goUp()
  await settled()
  expect([picking()?.listing?.steps, picking()?.from]).toEqual([[], '書類'])
})

it('stays where it is when a folder cannot be listed, and forgets that at the next act', async () => {
  void pickFolder()
  await settled()
  await goTo(['閉'])
  expect([picking()?.listing?.steps, picking()?.error]).toEqual([[], { code: 'file/not-found', facts: { file: '閉' } }])
  setNaming(true)
  expect([picking()?.isNaming, picking()?.error]).toEqual([true, null])
})

it('gives nothing to whoever asked before, and nothing when cancelled', async () => {
  const first = pickFolder()
  const second = pickFolder()
  expect(await first).toBe(null)
  cancel()
  expect(await second).toBe(null)
})
