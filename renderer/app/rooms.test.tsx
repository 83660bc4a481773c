// @vitest-environment happy-dom
import { Telescope } from 'lucide-react'
import { beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { ok } from '../../core/contract/index.ts'
// The room that the tests begin in names its id.
import type {} from '../rooms/models/room.tsx'
import type { Room } from '../session/index.ts'
import { allByRole, byRole, clear, click, doing, draw, pressKey, typeInto } from '../testing/dom.tsx'
import { putFakeStudio, type FakeStudio } from '../testing/studio.ts'

const seen = vi.hoisted(() => ({ connections: 0, looks: 0 }))

declare module '../session/index.ts' {
  interface RoomIds {
    readonly observatory: true
  }
}

// A room of the future: its folder gives this object, and the registry names it in one line.
vi.mock('../rooms/index.ts', async (original) => {
  const { rooms } = await original<{ rooms: readonly Room[] }>()
  const observatory: Room = {
    id: 'observatory',
    view: () => <h2>空を見る</h2>,
    icon: Telescope,
    texts: 'models',
    shortcut: 'Mod+7',
    commands: () => [
      {
        id: 'look',
        label: '望遠鏡をのぞく',
        shortcut: 'Mod+Shift+L',
        canRun: () => true,
        run: () => void seen.looks++,
      },
    ],
    findings: {
      stores: [],
      sections: () => [
        { id: 'stars', title: '星', entries: [{ id: 'vega', label: 'ベガ', keywords: 'vega', run: () => {} }] },
      ],
    },
    connect: () => {
      seen.connections++
      return () => void seen.connections--
    },
  }
  return { rooms: [...rooms, observatory] }
})

const { App } = await import('./App.tsx')
const { startTexts } = await import('../language/index.ts')
const { rooms } = await import('../rooms/index.ts')
const { useSession } = await import('../session/index.ts')

let studio: FakeStudio
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  Object.assign(seen, { connections: 0, looks: 0 })
  useSession.setState({ room: 'models', selection: {} })
  const never = () => new Promise<never>(() => {})
  studio = putFakeStudio({
    'system.info': never,
    'system.preferences': never,
    'datasets.formats': () => ok({ formats: [], importEndings: [] }),
    'datasets.list': () => ok([]),
    'experiments.list': () => ok([]),
    'conversations.list': () => ok([]),
    'exports.list': () => ok([]),
    'models.list': () => ok([]),
    'hub.downloads': () => ok([]),
    'library.moveState': () => ok(null),
  })
})

const rail = () => allByRole('button', byRole('navigation', '部屋'))
const current = () => rail().filter((button) => button.getAttribute('aria-current') === 'page')

it('names each room and each of its keys once', () => {
  for (const key of ['id', 'shortcut', 'icon'] as const) {
    const all = rooms.map((room) => room[key])
    expect(all).toEqual([...new Set(all)])
  }
})

it('shows a room that was only registered: in the rail, in the palette, by its keys', async () => {
  await draw(<App />)
  expect(rail().map(({ textContent }) => textContent)).toEqual([
    'ホーム',
    'データセット',
    '実験',
    'チャット',
    'モデル',
    '設定',
    'モデル',
  ])
  expect(current()).toEqual([rail()[4]])

  await click(rail()[6]!)
  expect(current()).toEqual([rail()[6]])
  byRole('heading', '空を見る')

  await pressKey('1', { ctrlKey: true })
  expect(current()).toEqual([rail()[0]])
  await pressKey('7', { ctrlKey: true })
  expect(current()).toEqual([rail()[6]])
  await pressKey('L', { ctrlKey: true, shiftKey: true })
  expect(seen.looks).toBe(1)

  await pressKey('k', { ctrlKey: true })
  const field = document.querySelector<HTMLInputElement>('[role="dialog"] input')!
  await typeInto(field, '望遠鏡')
  expect(allByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['望遠鏡をのぞくCtrl+Shift+L'])
  await typeInto(field, 'べが')
  expect(allByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['ベガ'])
})

it('connects every room while the window is shown, and ends that with it', async () => {
  await draw(<App />)
  expect(seen.connections).toBe(1)
  for (const event of [
    'datasets.changed',
    'experiments.changed',
    'conversations.text',
    'models.changed',
    'system.preferences',
  ])
    expect(studio.events(), event).toContain(event)
  await clear()
  expect(seen.connections).toBe(0)
  expect(studio.events()).toEqual([])
})

it('shows the first room where the one of the last start is gone', async () => {
  await doing(() => useSession.setState({ room: 'attic' as never }))
  await draw(<App />)
  expect(current()).toEqual([rail()[0]])
})
