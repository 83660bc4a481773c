// @vitest-environment happy-dom
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { fail, ok, type ModelFit, type ModelSummary } from '../../../core/contract/index.ts'
import { startTexts } from '../../language/index.ts'
import { useSession } from '../../session/index.ts'
import { aModel } from '../../testing/examples.ts'
import { allByRole, byRole, click, doing, draw, typeInto } from '../../testing/dom.tsx'
import { putFakeStudio, type FakeStudio } from '../../testing/studio.ts'
import { ToastArea } from '../../ui/index.ts'
import { useAdd } from './add/add.store.ts'
import { loadModels, useModels } from './models.store.ts'
import { ModelsRoom } from './ModelsRoom.tsx'

const GIB = 2 ** 30
const fit: ModelFit = {
  device: 'cpu',
  memoryBytes: 16 * GIB,
  availableBytes: 8 * GIB,
  isApproximate: true,
  needs: [
    { precision: 'as-stored', trainingBytes: 20 * GIB, training: 'no', chatBytes: 9 * GIB, chat: 'tight' },
    { precision: 'int8', trainingBytes: 7 * GIB, training: 'fits', chatBytes: 4 * GIB, chat: 'fits' },
  ],
}
const base = aModel('base', { origin: 'hf-cache' })
const adapter = aModel('lora', { kind: 'adapter', baseModel: 'someone/elsewhere' })
const damaged = aModel('bad', { problem: { code: 'model/quantized', facts: { method: 'GPTQ' } } })

let studio: FakeStudio
let models: readonly ModelSummary[]
beforeAll(() => startTexts('ja'))
beforeEach(async () => {
  models = [aModel('mine'), base, adapter, damaged]
  studio = putFakeStudio({
    'models.list': () => ok(models),
    'models.open': ({ id }) =>
      id === 'bad'
        ? fail('model/quantized', { method: 'GPTQ' })
        : ok({ ...models.find((model) => model.id === id)!, card: '', notice: '' }),
    'models.fit': () => ok(fit),
    'models.rename': ({ id, name }) => {
      models = models.map((model) => (model.id === id ? { ...model, name } : model))
      return ok(models.find((model) => model.id === id)!)
    },
    'experiments.adopt': () => ok({ id: 'x-1' } as never),
    'models.users': () => ok([]),
    'models.remove': ({ id }) => {
      models = models.filter((model) => model.id !== id)
      return ok(null)
    },
    'models.restore': () => {
      models = [...models, aModel('mine')]
      return ok(aModel('mine'))
    },
    'hub.model': () => new Promise(() => {}),
    'models.curated': () => new Promise(() => {}),
  })
  useModels.setState(useModels.getInitialState(), true)
  useAdd.setState(useAdd.getInitialState(), true)
  useSession.setState({ room: 'models', selection: {} })
  await loadModels()
  await draw(
    <>
      <ModelsRoom />
      <ToastArea />
    </>,
  )
})
const show = (id: string) => doing(() => useSession.getState().select('models', id))
const page = () => document.querySelector('article')!.textContent
const options = () => allByRole('option').map(({ textContent }) => textContent)
const buttons = () => allByRole('button', document.querySelector('article')!).map(({ textContent }) => textContent)

it('lists models in groups, with where they are or what is wrong', () => {
  expect(allByRole('group').map(({ textContent }) => textContent)).toEqual([
    'ベースモデルモデル mine3.9 KB・ライブラリモデル base3.9 KB・Hugging Face のキャッシュモデル bad使えません・ライブラリ',
    'LoRA アダプターモデル lora3.9 KB・ライブラリ',
  ])
})

it('tells the memory need by words, with the reason of the estimate', async () => {
  await show('mine')
  const rows = [...document.querySelectorAll('tbody tr')].map((row) =>
    [...row.children].map((each) => each.textContent),
  )
  expect(rows).toEqual([
    ['元のまま（標準）', '20 GB足りない', '9 GBぎりぎり'],
    ['int8（4 分の 1 の大きさ）', '7 GB収まる', '4 GB収まる'],
  ])
  expect(page()).toContain('「ぎりぎり」は、ほかのアプリを閉じると収まります。')
  expect(page()).toContain('パラメータ数から見積もった目安です。')
})

it('keeps a model that cannot be used in view with its sentence, and offers nothing that fails', async () => {
  await show('bad')
  expect(page()).toContain('量子化済み（GPTQ）')
  expect(buttons()).not.toContain('このモデルで学習する')
  expect(studio.asked).not.toContainEqual(['models.fit', { id: 'bad' }])
})

it('leads from an adapter to its base model, on the Hub where it is not here', async () => {
  await show('lora')
  await click(byRole('button', '元のモデルを見る'))
  expect(useAdd.getState()).toMatchObject({ isOpen: true, opened: { kind: 'loading', id: 'someone/elsewhere' } })
})

it('asks which model an adapter belongs to where that is not here', async () => {
  await show('lora')
  await click(byRole('button', '元のモデルを選んで実験にする'))
  expect(allByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['モデル mine', 'モデル base'])
  await click(byRole('menuitem', 'モデル base'))
  expect(studio.asked).toContainEqual(['experiments.adopt', { adapterId: 'lora', baseId: 'base' }])
})

it('hands a model to the form and to the chat', async () => {
  await show('mine')
  await click(byRole('button', 'このモデルで学習する'))
  expect([useModels.getState().toTrain, useSession.getState().room]).toEqual(['mine', 'experiments'])
  await click(byRole('button', 'チャットで話す'))
  expect(useSession.getState()).toMatchObject({ room: 'chat', selection: { chat: 'model:mine' } })
})

it('renames the library’s own in place; others have no such button', async () => {
  await show('base')
  expect(allByRole('button').map((button) => button.getAttribute('aria-label'))).not.toContain('名前を変更')
  await show('mine')
  await click(byRole('button', '名前を変更'))
  await typeInto(document.querySelector<HTMLInputElement>('article input')!, ' 新しい名前 ')
  await click(byRole('button', '保存'))
  byRole('heading', '新しい名前')
  expect(studio.asked).toContainEqual(['models.rename', { id: 'mine', name: '新しい名前' }])
})

it('removes with a way back', async () => {
  await show('mine')
  await click(byRole('button', 'その他の操作'))
  await click(byRole('menuitem', '削除'))
  expect(options()[0]).toContain('モデル base')
  await click(byRole('button', '元に戻す'))
  expect([useSession.getState().selection.models, options().length]).toEqual(['mine', 4])
})
