import { defineConfig } from '@playwright/test'

// Run by `npm run test:ime`, which names the program CHROMIUM.
export default defineConfig({
  testDir: '.',
  testMatch: 'ime.ts',
  outputDir: '../../artifacts/ime',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
})
