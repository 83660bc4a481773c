// @vitest-environment happy-dom
import { beforeEach, expect, it } from 'vitest'
import { goTo, useSession } from './session.ts'

const room = (id: string) => id as never
beforeEach(() => useSession.setState({ room: null, selection: {}, paneWidths: {} }))

it('keeps what is selected in each room, until another thing or nothing is', () => {
  goTo(room('datasets'), 'd')
  goTo(room('chat'))
  goTo(room('datasets'))
  expect(useSession.getState()).toMatchObject({ room: 'datasets', selection: { datasets: 'd' } })
  goTo(room('datasets'), null)
  expect(useSession.getState().selection).toEqual({ datasets: null })
})

it('remembers room, selections and widths for the next start', () => {
  goTo(room('models'), 'm')
  useSession.getState().setPaneWidth('models', 300)
  expect(JSON.parse(localStorage.getItem('terakoya.session')!)).toEqual({
    state: { room: 'models', selection: { models: 'm' }, paneWidths: { models: 300 } },
    version: 1,
  })
})
