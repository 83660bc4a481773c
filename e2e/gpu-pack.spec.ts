import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { goTo } from './support/rooms.ts'
import { expect, test } from './support/studio.ts'

/** NVIDIA's list with the sizes of its archives, and a provider of which the first megabytes come. */
const archives = { cuda_cudart: 1_500_000, libcublas: 420_000_000, libcurand: 60_000_000, cuda_nvrtc: 90_000_000 }
const FIRST_BYTES = 6 * 2 ** 20

let server: Server

// The studio of each test inherits the variable; no request leaves this computer.
test.beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.endsWith('.json')) {
      const place = (name: string, size: number) => ({ relative_path: `${name}/linux-x86_64/${name}.tar.xz`, sha256: '0'.repeat(64), size: String(size) })
      return void response.end(JSON.stringify(Object.fromEntries(Object.entries(archives).map(([name, size]) => [name, { name, 'linux-x86_64': place(name, size) }]))))
    }
    response.writeHead(200, { 'content-length': 179_145_956 })
    response.write(Buffer.alloc(FIRST_BYTES))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  process.env['TERAKOYA_GPU_PACK_SOURCE'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
test.afterAll(() => new Promise<void>((resolve) => {
  server.closeAllConnections()
  server.close(() => resolve())
}))

test.skip(process.platform !== 'linux' || process.arch !== 'x64', 'the list is that of 64-bit Linux')

test('the GPU pack tells its size and folder, is cancelled on the way, and says where its source is gone', async ({ studio }) => {
  const { page, picture } = studio
  await goTo(page, '設定')
  const pack = page.locator('section', { has: page.getByRole('heading', { name: 'GPU パック' }) })
  await expect(pack).toContainText('NVIDIA の GPU で速く計算するための部品')
  await pack.getByRole('button', { name: '必要なものと大きさを調べる' }).click()
  await expect(pack.getByText('libcublas')).toBeVisible()
  // What this computer has of NVIDIA's libraries is not counted.
  await expect(pack).toContainText(/ONNX Runtime CUDA171 MB/)
  await expect(pack).toContainText(/ダウンロードの大きさ\d+ MB/)
  await picture('gpu-pack-plan')
  await pack.getByRole('button', { name: 'ダウンロード' }).click()
  await expect(pack.getByRole('status')).toContainText(/\d [KM]B \/ \d+ MB/)
  await picture('gpu-pack-download')
  await pack.getByRole('button', { name: '中止' }).click()
  await expect(pack).toContainText('中止しました。受け取った分は残っています。')

  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await pack.getByRole('button', { name: '続きからダウンロード' }).click()
  await expect(pack.getByRole('alert')).toContainText('に接続できません。')
  await picture('gpu-pack-offline')
})
