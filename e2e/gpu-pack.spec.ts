import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import type { DeviceInfo, SystemInfo } from '../core/contract/index.ts'
import { chooseSetting, goTo, setting } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

/** The provider, of which the first megabytes come. */
const FIRST_BYTES = 6 * 2 ** 20

let server: Server

// The studio of each test inherits the variable; no request leaves this computer.
test.beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': 179_145_956 })
    response.write(Buffer.alloc(FIRST_BYTES))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env['TERAKOYA_GPU_PACK_SOURCE'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
test.afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections()
      server.close(() => resolve())
    }),
)

test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'the list is that of 64-bit Linux')

test('the GPU pack tells its size and folder, is cancelled on the way, and says where its source is gone', async ({
  studio,
}) => {
  const { page, picture } = studio
  await goTo(page, '設定')
  const pack = page.locator('section', { has: page.getByRole('heading', { name: 'GPU パック' }) })
  await expect(pack).toContainText('NVIDIA の GPU で速く計算するための部品')
  await pack.getByRole('button', { name: '必要なものと大きさを調べる' }).click()
  await expect(pack.getByText('libcublas')).toBeVisible()
  // What this computer has of NVIDIA's libraries is not counted.
  await expect(pack).toContainText(/ONNX Runtime CUDA171 MB/)
  await expect(pack).toContainText(/ダウンロードの大きさ[\d.,]+ [MG]B/)
  await picture('gpu-pack-plan')
  await pack.getByRole('button', { name: 'ダウンロード' }).click()
  await expect(pack.getByRole('status')).toContainText(/\d [KM]B \/ [\d.,]+ [MG]B/)
  await picture('gpu-pack-download')
  await pack.getByRole('button', { name: '中止' }).click()
  await expect(pack).toContainText('中止しました。受け取った分は残っています。')

  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await pack.getByRole('button', { name: '続きからダウンロード' }).click()
  await expect(pack.getByRole('alert')).toContainText('に接続できません。')
  await picture('gpu-pack-offline')
})

/**
 * Shows the studio as on a computer whose NVIDIA GPU cannot be used for that reason: only what the host says of the
 * devices is another's.
 */
async function pretendGpu(
  page: Page,
  why: Pick<DeviceInfo, 'reason' | 'file'> = { reason: 'provider-missing' },
): Promise<void> {
  const name = 'NVIDIA GeForce RTX 4060 Ti'
  const devices: SystemInfo['devices'] = [
    { kind: 'cuda', name, available: false, ...why },
    { kind: 'webgpu', name, available: true },
    { kind: 'cpu', name: 'CPU', available: true },
  ]
  await page.routeWebSocket(/\/studio$/, (socket) => {
    const asked = new Set<number>()
    const host = socket.connectToServer()
    socket.onMessage((message) => {
      const { id, name: call } = JSON.parse(String(message)) as { id: number; name: string }
      if (call === 'system.info') asked.add(id)
      host.send(message)
    })
    host.onMessage((message) => {
      const reply = JSON.parse(String(message)) as { id: number; result: { value: SystemInfo } }
      if (!asked.has(reply.id)) return socket.send(message)
      socket.send(
        JSON.stringify({
          ...reply,
          result: {
            ...reply.result,
            value: { ...reply.result.value, devices, recommended: { kind: 'webgpu', reason: 'fastest-gpu' } },
          },
        }),
      )
    })
  })
  await page.reload()
}

test('a GPU without its pack is told of on ホーム and in the form of an experiment, with the way to the pack and what it costs not to have it', async ({
  studio,
}) => {
  const { page, picture } = studio
  await pretendGpu(page)
  await expect(page.getByText('NVIDIA GPU では CUDA の 10 倍以上の時間がかかります。')).toBeVisible()
  await expect(page.getByText('GPU パックが入っていません。')).toBeVisible()
  await picture('gpu-pack-home')
  await page.getByRole('button', { name: 'GPU パックを見る' }).click()
  await expect(page.getByRole('button', { name: '必要なものと大きさを調べる' })).toBeInViewport()

  await goTo(page, '実験')
  await chooseSetting(page, 'environment.device', /CUDA/)
  await expect(setting(page, 'environment.device')).toContainText('GPU パックが入っていません。')
  await picture('gpu-pack-form')
  await chooseSetting(page, 'environment.device', /WebGPU/)
  await expect(setting(page, 'environment.device')).toContainText('10 倍以上の時間がかかります。')
  await setting(page, 'environment.device').getByRole('button').first().click()
  // What this system can never have is not offered.
  await expect(page.getByRole('option', { name: /DirectML|Core ML/ })).toHaveCount(0)
})

test('a pack that was changed is told of by its file on ホーム and in 設定, with the way to download it again; a page names no folder that was not picked', async ({
  studio,
}) => {
  const { page, picture } = studio
  await pretendGpu(page, { reason: 'pack-changed', file: 'libcublas.so.13' })
  const sentence = 'GPU パックのファイル「libcublas.so.13」が、ダウンロードしたものと違います。'
  await expect(page.getByText(sentence)).toBeVisible()
  await picture('gpu-pack-changed')
  await page.getByRole('button', { name: 'GPU パックを見る' }).click()
  await expect(page.getByText(sentence)).toBeVisible()
  await expect(page.getByRole('button', { name: '必要なものと大きさを調べる' })).toBeInViewport()
  const answer = await page.evaluate(() =>
    (window as unknown as { studio: { call(name: string, input: unknown): Promise<unknown> } }).studio.call(
      'gpuPack.setFolder',
      { folder: '/tmp' },
    ),
  )
  expect(answer).toEqual({ ok: false, error: { code: 'folder/not-picked', facts: { folder: '/tmp' } } })
})
