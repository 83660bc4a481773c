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

it('searches by Enter, but not while an input method composes', async () => {
  await draw(<Form />)
  await typeInto(field(), 'にほん')
  await focus(field())
  // As a browser does: the key goes down, the form is submitted, the key goes up.
  const enter = (isComposing: boolean) =>
    doing(() => {
      const event = { key: 'Enter', bubbles: true, cancelable: true, isComposing }
      if (field().dispatchEvent(new KeyboardEvent('keydown', event))) document.querySelector('form')!.requestSubmit()
      field().dispatchEvent(new KeyboardEvent('keyup', event))
    })
  await enter(true)
  expect(searched).toEqual([])
  await enter(false)
  expect(searched).toEqual(['にほん'])
  await enter(true)
  await click(byRole('button', '検索'))
  expect(searched).toEqual(['にほん', 'にほん'])
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
