import { expect, it } from 'vitest'
import { tokenIn } from './web-link.ts'

const token = '0123456789abcdef'.repeat(3)

it('finds the token in a link of this computer, and alone', () => {
  for (const pasted of [
    token,
    ` ${token}\n`,
    `http://127.0.0.1:7860/?token=${token}`,
    `http://localhost:1/?token=${token}`,
  ])
    expect(tokenIn(pasted), pasted).toBe(token)
})

it('finds none in anything else', () => {
  for (const pasted of [
    '',
    'npx terakoya link',
    token.slice(0, 8),
    `${token}x`,
    `https://127.0.0.1:7860/?token=${token}`,
    `http://evil.example:7860/?token=${token}`,
    `http://127.0.0.1:7860/?token=${token}&x=1`,
    `http://127.0.0.1:7860@evil.example:1/?token=${token}`,
  ])
    expect(tokenIn(pasted), pasted).toBe(null)
})
