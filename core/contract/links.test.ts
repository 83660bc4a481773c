import { describe, expect, it } from 'vitest'
import { allowedLink } from './links.ts'

describe('allowedLink', () => {
  it.each([
    ['https://huggingface.co/settings/tokens', 'https://huggingface.co/settings/tokens'],
    [
      'https://huggingface.co/datasets/izumi-lab/llm-japanese-dataset',
      'https://huggingface.co/datasets/izumi-lab/llm-japanese-dataset',
    ],
    ['HTTPS://HuggingFace.co:443/日本', 'https://huggingface.co/%E6%97%A5%E6%9C%AC'],
  ])('opens %s', (target, opened) => expect(allowedLink(target)).toBe(opened))

  it.each([
    'http://huggingface.co/',
    'https://huggingface.co.example.com/',
    'https://evil-huggingface.co/',
    'https://huggingface.co@example.com/',
    'https://user@huggingface.co/',
    'https://:secret@huggingface.co/',
    'https://huggingface.co:8443/',
    'https://cdn.huggingface.co/',
    'https://huggingface.co./',
    'https://huggingfaceｃo/',
    'https://example.com/https://huggingface.co',
    'https:huggingface.co.evil',
    'ms-settings:',
    'file:///etc/passwd',
    'smb://host/share',
    'javascript:alert(1)',
    'data:text/html,x',
    'app://studio/',
    '\\\\host\\share',
    '/etc',
    '',
    ' ',
    'https://',
    `https://huggingface.co/${'a'.repeat(2000)}`,
  ])('refuses %j', (target) => expect(allowedLink(target)).toBe(null))

  it('opens the mirror that the user configured, and no other', () => {
    const mirror = ['https://hub.example.com']
    expect([
      allowedLink('https://hub.example.com/a', mirror),
      allowedLink('https://example.com/a', mirror),
      allowedLink('http://hub.example.com/a', mirror),
    ]).toEqual(['https://hub.example.com/a', null, null])
  })
})
