import type { CDPSession } from '@playwright/test'

/** How key events name a key that the input method takes: `Process` on Windows, the key itself on macOS. */
export type KeyStyle = 'windows' | 'mac'

/** かんじ key by key, then what the space bar makes of it. */
const stepsTo = (text: string) =>
  [
    ['k', 'KeyK', 75, 'ｋ'],
    ['a', 'KeyA', 65, 'か'],
    ['n', 'KeyN', 78, 'かｎ'],
    ['j', 'KeyJ', 74, 'かんｊ'],
    ['i', 'KeyI', 73, 'かんじ'],
    [' ', 'Space', 32, text],
  ] as const

/** Composes `text` key by key as an input method does: keydown 229, then composition events. It stays open. */
export async function compose(cdp: CDPSession, text: string, style: KeyStyle = 'windows'): Promise<void> {
  for (const [key, code, keyCode, shown] of stepsTo(text)) {
    await cdp.send('Input.dispatchKeyEvent', {
      type: 'rawKeyDown',
      windowsVirtualKeyCode: 229,
      key: style === 'windows' ? 'Process' : key,
      code,
    })
    await cdp.send('Input.imeSetComposition', { text: shown, selectionStart: shown.length, selectionEnd: shown.length })
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: keyCode, key, code })
  }
}

/** Enter inside the composition: confirms the text. */
export async function confirm(cdp: CDPSession, text: string, style: KeyStyle = 'windows'): Promise<void> {
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 229,
    key: style === 'windows' ? 'Process' : 'Enter',
    code: 'Enter',
  })
  await cdp.send('Input.insertText', { text })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: 13, key: 'Enter', code: 'Enter' })
}
