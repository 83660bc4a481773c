import { defineConfig, type Project } from '@playwright/test'
import type { StudioOptions } from './e2e/support/studio.ts'

// Run by `npm test`, which names the programs: CHROMIUM and ELECTRON. Without an Electron its project is left out.
const web: Project<StudioOptions> = { name: 'web', testIgnore: 'desktop-*.spec.ts', use: { host: 'web' } }
const electron: Project<StudioOptions> = {
  name: 'electron',
  testMatch: ['journey.spec.ts', 'bad-input.spec.ts', 'desktop-*.spec.ts'],
  use: { host: 'electron' },
}

export default defineConfig<StudioOptions>({
  testDir: 'e2e',
  outputDir: 'artifacts/journeys',
  workers: 1,
  retries: 0,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ? [['list'], ['json']] : [['list']],
  projects: process.env['ELECTRON'] ? [web, electron] : [web],
})
