import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{bench,core,electron,renderer,scripts,texts}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    // Vitest would leave one core to itself, which on two cores is half of them.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    setupFiles: ['scripts/lib/share-cores.mjs'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
