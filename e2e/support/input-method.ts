import type { CDPSession } from '@playwright/test'

const steps = [
  ['k', 'KeyK', 75, 'ｋ'],
  ['a', 'KeyA', 65, 'か'],
  ['n', 'KeyN', 78, 'かｎ'],
  ['j', 'KeyJ', 74, 'かんｊ'],
  ['i', 'KeyI', 73, 'かんじ'],
  [' ', 'Space', 32, '感じ'],
] as const

/** Composes 感じ key by key as an input method does: keydown 229, then composition events. The composition stays open. */
export async function compose(cdp: CDPSession): Promise<void> {
  for (const [key, code, keyCode, text] of steps) {
    await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', windowsVirtualKeyCode: 229, key: 'Process', code })
    await cdp.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length })
    await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: keyCode, key, code })
  }
}

/** Enter inside the composition: confirms the text. */
export async function confirm(cdp: CDPSession): Promise<void> {
  await cdp.send('Input.dispatchKeyEvent', {
    type: 'rawKeyDown',
    windowsVirtualKeyCode: 229,
    key: 'Process',
    code: 'Enter',
  })
  await cdp.send('Input.insertText', { text: '感じ' })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', windowsVirtualKeyCode: 13, key: 'Enter', code: 'Enter' })
}
