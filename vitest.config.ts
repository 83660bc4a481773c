import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{bench,core,electron,renderer,scripts,texts}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    // One more than there are cores: some files wait for a process or the disk. Vitest would leave a core to itself.
    maxWorkers: availableParallelism() + 1,
    setupFiles: ['scripts/lib/share-cores.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
