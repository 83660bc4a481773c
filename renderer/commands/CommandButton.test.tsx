// @vitest-environment happy-dom
import { useState } from 'react'
import { expect, it } from 'vitest'
import { byRole, click, doing, draw, focus, pressKey } from '../testing/dom.tsx'
import { CommandButton } from './CommandButton.tsx'
import type { Command } from './commands.ts'

function aCommand(changes: Partial<Command> = {}) {
  const runs: string[] = []
  const command: Command = {
    id: 'runs.start',
    label: '学習を始める',
    icon: <svg data-icon="command" />,
    canRun: () => true,
    run: () => void runs.push('run'),
    ...changes,
  }
  return { runs, command }
}
const icons = () => [...document.querySelectorAll<SVGElement>('[data-icon]')].map(({ dataset }) => dataset['icon'])

it('shows label and icon of the command, and runs it by press and by key', async () => {
  const { runs, command } = aCommand()
  await draw(<CommandButton command={command} />)
  const button = byRole('button', '学習を始める') as HTMLButtonElement
  expect([icons(), button.disabled]).toEqual([['command'], false])
  await click(button)
  expect(runs).toEqual(['run'])
  await focus(button)
  await pressKey('Enter')
  expect(runs).toEqual(['run', 'run'])
})

it('is disabled and runs nothing where the command cannot run', async () => {
  const { runs, command } = aCommand({ canRun: () => false })
  await draw(<CommandButton command={command} />)
  const button = byRole('button', '学習を始める') as HTMLButtonElement
  expect(button.disabled).toBe(true)
  await click(button)
  expect(runs).toEqual([])
})

it('asks again whether it can run when its owner is drawn again', async () => {
  let canRun = false
  const { command } = aCommand({ canRun: () => canRun })
  let drawAgain!: (count: number) => void
  function Owner() {
    drawAgain = useState(0)[1]
    return <CommandButton command={command} />
  }
  await draw(<Owner />)
  const isDisabled = () => (byRole('button', '学習を始める') as HTMLButtonElement).disabled
  expect(isDisabled()).toBe(true)
  canRun = true
  await doing(() => drawAgain(1))
  expect(isDisabled()).toBe(false)
})

it('takes another icon and a class from the view', async () => {
  const { command } = aCommand()
  await draw(<CommandButton command={command} icon={<svg data-icon="view" />} className="mine" />)
  expect([icons(), byRole('button', '学習を始める').classList.contains('mine')]).toEqual([['view'], true])
})
