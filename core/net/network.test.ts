import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { createNetwork, proxyFromEnvironment, proxyFromList, refusing } from './network.ts'

const proxyOf = (environment: NodeJS.ProcessEnv, url = 'https://huggingface.co/api') =>
  proxyFromEnvironment(environment)(new URL(url))

it("takes the proxy of the address's kind, in capitals or not, with or without a scheme", async () => {
  expect(await proxyOf({ HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' })).toBe('http://p:1')
  expect(await proxyOf({ HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'http://q:2' }, 'http://localhost')).toBe('http://q:2')
  expect(await proxyOf({ https_proxy: 'p:1', HTTPS_PROXY: 'http://other:1' })).toBe('http://p:1')
  expect(await proxyOf({ all_proxy: 'socks5://p:1' })).toBe('socks5://p:1')
  expect(await proxyOf({ HTTPS_PROXY: '' })).toBeNull()
})

it.each([
  ['huggingface.co', null],
  ['.huggingface.co', null],
  ['*.huggingface.co', null],
  ['co', null],
  ['*', null],
  ['localhost, huggingface.co:443', null],
  ['face.co', 'http://p:1'],
  ['huggingface.co:80', 'http://p:1'],
  ['huggingface.com', 'http://p:1'],
])('NO_PROXY=%s', async (list, proxy) => {
  expect(await proxyOf({ HTTPS_PROXY: 'http://p:1', NO_PROXY: list })).toBe(proxy)
})

it('reads the list that Chromium gives for an address', () => {
  expect(['DIRECT', 'PROXY proxy:8080; DIRECT', 'HTTPS proxy:443', 'SOCKS5 proxy:1080', ''].map(proxyFromList)).toEqual(
    [null, 'http://proxy:8080', 'https://proxy:443', 'socks5://proxy:1080', null],
  )
})

it('refuses every request while it is told to, and connects again later', async () => {
  const server = createServer((_, response) => response.end('here'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  let error: Error | null = null
  const network = refusing(
    createNetwork(async () => null),
    () => error,
  )
  const asked = async () =>
    (await (await network.fetch(url)).text()) + (await network.send(url, { headers: {} })).status
  expect(await asked()).toBe('here200')
  error = new Error('offline')
  await network.close()
  await expect(network.send(url, { headers: {} })).rejects.toBe(error)
  await expect(network.fetch(url)).rejects.toBe(error)
  error = null
  expect(await asked()).toBe('here200')
  await network.close()
  server.closeAllConnections()
  server.close()
})
