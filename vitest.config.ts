import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{core,electron,renderer,scripts,texts}/**/*.test.{ts,tsx}'],
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
