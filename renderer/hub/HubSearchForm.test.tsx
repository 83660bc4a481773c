// @vitest-environment happy-dom
import { useState } from 'react'
import { beforeAll, beforeEach, expect, it } from 'vitest'
import { startTexts } from '../language/index.ts'
import { byRole, click, doing, draw, focus, pressKey, typeInto } from '../testing/dom.tsx'
import { HubSearchForm } from './HubSearchForm.tsx'

let searched: string[]
beforeAll(() => startTexts('ja'))
beforeEach(() => {
  searched = []
})

function Form() {
  const [value, setValue] = useState('')
  return (
    <HubSearchForm
      label="検索"
      placeholder=""
      value={value}
      onChange={setValue}
      onSearch={() => void searched.push(value)}
    />
  )
}
const field = () => document.querySelector('input')!
it('searches by its button', async () => {
  await draw(<Form />)
  await typeInto(field(), '日本語')
  await click(byRole('button', '検索'))
  expect(searched).toEqual(['日本語'])
})

it('leaves Enter to the input method while it composes', async () => {
  await draw(<Form />)
  await typeInto(field(), 'にほん')
  const isPrevented = async (isComposing: boolean) => {
    const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true, isComposing })
    await doing(() => field().dispatchEvent(event))
    return event.defaultPrevented
  }
  // A browser submits the form by what is not prevented.
  expect([await isPrevented(true), await isPrevented(false)]).toEqual([true, false])
})

it('keeps what is composed when Escape gives up a composition', async () => {
  await draw(<Form />)
  await typeInto(field(), 'にほん')
  await focus(field())
  await pressKey('Escape', { isComposing: true })
  expect(field().value).toBe('にほん')
  await pressKey('Escape')
  expect(field().value).toBe('')
})
