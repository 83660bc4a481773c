import { expect, it } from 'vitest'
import { giveBackFreedMemory, openRuntime } from './index.ts'
import { loadNative } from './native-library.ts'

/** Below glibc's threshold for a mapping of its own. */
const [BLOCKS, BLOCK_BYTES] = [4000, 64 * 1024]

it.runIf(process.platform === 'linux')('gives blocks that were freed below one in use back to the system', async () => {
  // Nothing is loaded before ONNX Runtime: koffi would take no settings any more.
  await giveBackFreedMemory()
  openRuntime()
  const libc = loadNative('libc.so.6')
  const [allocate, fill, free] = [
    libc.func('malloc', 'void *', ['size_t']),
    libc.func('memset', 'void *', ['void *', 'int', 'size_t']),
    libc.func('free', 'void', ['void *']),
  ]
  const blocks = Array.from({ length: BLOCKS }, () => allocate(BLOCK_BYTES) as unknown)
  for (const block of blocks) fill(block, 1, BLOCK_BYTES)
  const last = blocks.pop()
  const full = process.memoryUsage().rss
  for (const block of blocks) free(block)
  const kept = process.memoryUsage().rss
  await giveBackFreedMemory()
  const after = process.memoryUsage().rss
  free(last)
  const all = BLOCKS * BLOCK_BYTES
  expect([full - kept < 0.2 * all, full - after > 0.8 * all]).toEqual([true, true])
})
