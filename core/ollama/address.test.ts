import { expect, it } from 'vitest'
import { ollamaAddress } from './address.ts'

it.each([
  [undefined, 'http://127.0.0.1:11434/'],
  ['', 'http://127.0.0.1:11434/'],
  ['0.0.0.0', 'http://127.0.0.1:11434/'],
  ['0.0.0.0:8080', 'http://127.0.0.1:8080/'],
  ['::', 'http://[::1]:11434/'],
  ['[::]:5', 'http://[::1]:5/'],
  [':5000', 'http://127.0.0.1:5000/'],
  ['example.com', 'http://example.com:11434/'],
  ['http://example.com', 'http://example.com/'],
  ['https://example.com', 'https://example.com/'],
  ['https://example.com:1/ollama/', 'https://example.com:1/ollama/'],
  [' "10.0.0.1:99999" ', 'http://10.0.0.1:11434/'],
  ['file:///etc/passwd', 'http://127.0.0.1:11434/'],
  ['ex ample', 'http://127.0.0.1:11434/'],
])('OLLAMA_HOST=%j is asked at %s', (host, address) => {
  expect(ollamaAddress(host === undefined ? {} : { OLLAMA_HOST: host }).href).toBe(address)
})
