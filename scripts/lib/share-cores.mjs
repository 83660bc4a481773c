// Set-up of every test file: files run side by side, two workers for each core. ONNX Runtime's threads wait awake for
// their next piece of work, so that two files of two threads each would keep both cores from each other.
import os from 'node:os'
import { syncBuiltinESMExports } from 'node:module'
import { expect } from 'vitest'
import { keepToOneCore } from './one-core.mjs'

/** Whose tests are about threads. */
const ROOMS_WITH_THREADS = /[\\/]core[\\/](gpu-pack|processes|runtime|weights)[\\/]/
/**
 * The GPU made of software hands each piece of work from thread to thread: on one core every hand waits its turn. The
 * reader's tests judge processor time, of which a shared core takes more.
 */
const ON_EVERY_CORE = /[\\/]webgpu\.test\.ts$|[\\/]core[\\/]reader[\\/]/

const file = expect.getState().testPath ?? ''
if (!ROOMS_WITH_THREADS.test(file)) {
  if (!ON_EVERY_CORE.test(file)) keepToOneCore(Number(process.env.VITEST_POOL_ID ?? 1) - 1)
  os.availableParallelism = () => 1
  syncBuiltinESMExports()
}
