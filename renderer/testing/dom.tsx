import { act, StrictMode, type ReactNode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { onTestFinished } from 'vitest'

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })

const shown: { readonly root: Root; readonly host: HTMLElement }[] = []

/** Draws into the page; everything goes after the test. */
export async function draw(view: ReactNode): Promise<HTMLElement> {
  const host = document.body.appendChild(document.createElement('div'))
  const root = createRoot(host)
  // Files share this module: what it did on loading would be done for the first of them only.
  if (shown.length === 0) onTestFinished(clear)
  shown.push({ root, host })
  await act(async () => root.render(<StrictMode>{view}</StrictMode>))
  return host
}

/** Takes everything off the page. */
export async function clear(): Promise<void> {
  for (const { root, host } of shown.splice(0)) {
    await act(async () => root.unmount())
    host.remove()
  }
}

/** Does something outside of React's events, and draws what follows of it. */
export const doing = (work: () => unknown): Promise<void> => act(async () => void (await work()))

interface Keys {
  readonly ctrlKey?: boolean
  readonly shiftKey?: boolean
  readonly isComposing?: boolean
}

/** A key pressed and released where the focus is. */
export const pressKey = (key: string, keys: Keys = {}): Promise<void> =>
  doing(() => {
    const target = document.activeElement ?? document.body
    const event = { key, bubbles: true, cancelable: true, ...keys }
    target.dispatchEvent(new KeyboardEvent('keydown', event))
    ;(document.activeElement ?? target).dispatchEvent(new KeyboardEvent('keyup', event))
  })

export const click = (target: Element): Promise<void> => doing(() => (target as HTMLElement).click())
export const focus = (target: Element): Promise<void> => doing(() => (target as HTMLElement).focus())

/** Puts text into a field as typing does: the value changes, and React hears of it. */
export const typeInto = (field: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> =>
  doing(() => {
    const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value')!
    set!.call(field, text)
    field.dispatchEvent(new Event('input', { bubbles: true }))
  })

/** The one element of a role with this name: its label, or its text. */
export function byRole(role: string, name: string, within: ParentNode = document): HTMLElement {
  const found = allByRole(role, within).filter((element) => nameOf(element) === name)
  if (found.length !== 1)
    throw new Error(
      `${found.length} of role ${role} named ${name}; there are: ${allByRole(role, within).map(nameOf).join(', ')}`,
    )
  return found[0]!
}

const tags: Readonly<Record<string, string>> = {
  button: 'button',
  textbox: 'input, textarea',
  navigation: 'nav',
  heading: 'h1, h2, h3',
}
export const allByRole = (role: string, within: ParentNode = document): HTMLElement[] => [
  ...within.querySelectorAll<HTMLElement>(`[role="${role}"]${tags[role] ? `, :is(${tags[role]}):not([role])` : ''}`),
]

/** What a screen reader says first. */
export function nameOf(element: Element): string {
  const labels = (element.getAttribute('aria-labelledby') ?? '')
    .split(' ')
    .flatMap((id) => document.getElementById(id) ?? [])
  return (
    element.getAttribute('aria-label') ??
    (labels.length > 0 ? labels : [element]).map(({ textContent }) => textContent.trim()).join(' ')
  )
}
