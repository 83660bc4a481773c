import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { EngineExit } from '../../core/processes/port.ts'
import { spawnEngine } from './spawn-engine.ts'

// After a training on CUDA an engine hung in its handler for SIGTERM, and the command that had started it never ended.
it.skipIf(process.platform === 'win32')('ends an engine that does not heed a request to end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-engine-'))
  const entry = join(folder, 'engine.js')
  await writeFile(entry, "process.on('SIGTERM', () => {}); process.send('ready'); setInterval(() => {}, 1000)")
  const engine = spawnEngine(entry, {})
  expect(await new Promise((resolve) => engine.onMessage(resolve))).toBe('ready')
  const exit = new Promise<EngineExit>((resolve) => engine.onExit(resolve))
  engine.kill()
  expect(await exit).toEqual({ code: null, reason: 'SIGKILL' })
  await rm(folder, { recursive: true })
})
