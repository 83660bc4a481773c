import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main } from '../../core/cli.ts'
import { serve } from './serve.ts'
import { spawnEngine, spawnReader } from './spawn-engine.ts'

// This file is built to out/main/cli.js.
const builtFolder = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = join(builtFolder, '..')
const resourcesFolder = join(root, 'resources')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

process.exitCode = await main(process.argv.slice(2), {
  version,
  resourcesFolder,
  spawnEngine: () => spawnEngine(join(builtFolder, 'main', 'engine.js')),
  spawnReader: () => spawnReader(join(builtFolder, 'main', 'reader.js')),
  serve: (args) => serve(args, { version, resourcesFolder, builtFolder }),
})
