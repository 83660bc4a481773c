// @vitest-environment happy-dom
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { startTexts } from '../../language/index.ts'
import { draw } from '../../testing/dom.tsx'
import { controls } from './Page.tsx'

beforeAll(() => startTexts('ja'))

const folder = join(import.meta.dirname, '..')
const files = readdirSync(folder).filter((name) => name.endsWith('.tsx') && !name.endsWith('.test.tsx'))
const names = files.map((name) => name.replace('.tsx', ''))
/** The components that a file gives to the rooms. */
const componentsOf = (name: string) =>
  [...readFileSync(join(folder, `${name}.tsx`), 'utf8').matchAll(/^export (?:function|const) ([A-Z]\w*)/gm)].map(
    ([, component]) => component,
  )
/** Used by other controls only: a tooltip's bubble, a field's messages, the list of a Menu. */
const inner = ['Hint', 'Messages', 'MenuPopover']

it('has a story for every control of ui', () => {
  expect(Object.keys(controls).sort()).toEqual(names.sort())
})

it.each(names)('%s: draws every component, each story as something', async (name) => {
  const source = readFileSync(join(import.meta.dirname, `${name}.stories.tsx`), 'utf8')
  const drawn = (component: string | undefined) => new RegExp(`(<|as=\\{)${component}\\b`).test(source)
  expect(componentsOf(name).filter((component) => !drawn(component) && !inner.includes(component!))).toEqual([])
  const empty: string[] = []
  for (const [state, story] of Object.entries(controls[name]!)) {
    const host = await draw(story())
    if (state !== 'area' && host.innerHTML === '') empty.push(state)
  }
  expect(empty).toEqual([])
})
