import { availableParallelism } from 'node:os'
import { defineConfig, type Project } from '@playwright/test'
import type { StudioOptions } from './e2e/support/studio.ts'

/** The main way through every room, and what a newcomer does wrong: in both languages, and in both hosts. */
const main = ['journey.spec.ts', 'bad-input.spec.ts']

// Run by `npm test`, which names the programs: CHROMIUM and ELECTRON. Without an Electron its project is left out.
// Journeys of the web host run side by side: each has a host, a port, folders and a browser of its own, whose clipboard
// nobody else sees. Windows of Electron share a display, its focus and its clipboard: one at a time.
const web: Project<StudioOptions> = {
  name: 'web',
  testIgnore: 'desktop-*.spec.ts',
  use: { host: 'web', language: 'ja' },
}
const webEn: Project<StudioOptions> = { name: 'web-en', testMatch: main, use: { host: 'web', language: 'en' } }
const electron: Project<StudioOptions> = {
  name: 'electron',
  testMatch: ['bad-input.spec.ts', 'chat.spec.ts', 'models.spec.ts', 'desktop-*.spec.ts'],
  workers: 1,
  use: { host: 'electron', language: 'ja' },
}
/** Packed by `npm run package`. */
const packed: Project<StudioOptions> = {
  name: 'package',
  testMatch: 'journey.spec.ts',
  use: { host: 'package', language: 'ja' },
}

export default defineConfig<StudioOptions>({
  testDir: 'e2e',
  outputDir: 'artifacts/journeys',
  // One more than there are cores: journeys also wait.
  workers: Math.min(3, availableParallelism() + 1),
  // `npm test` asks for the report, and names at its end what passed at the second try only, with its first error.
  retries: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ? 1 : 0,
  timeout: 240_000,
  expect: { timeout: 30_000 },
  reporter: process.env['PLAYWRIGHT_JSON_OUTPUT_NAME'] ? [['list'], ['json']] : [['list']],
  // The longest first: the others fill the second worker.
  projects: [
    ...(process.env['ELECTRON'] ? [electron] : []),
    ...(process.env['ELECTRON'] && process.platform === 'linux' ? [packed] : []),
    web,
    webEn,
  ],
})
