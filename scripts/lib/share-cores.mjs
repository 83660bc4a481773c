// Set-up of every test file: files run side by side, a worker for each core. ONNX Runtime's threads wait awake for their
// next piece of work, so that two files of two threads each would keep both cores from each other.
import os from 'node:os'
import { syncBuiltinESMExports } from 'node:module'
import { expect } from 'vitest'

/** Whose tests are about threads. */
const ROOMS_WITH_THREADS = /[\\/]core[\\/](gpu-pack|processes|runtime|weights)[\\/]/

if (!ROOMS_WITH_THREADS.test(expect.getState().testPath ?? '')) {
  os.availableParallelism = () => 1
  syncBuiltinESMExports()
}
