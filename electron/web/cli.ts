import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { main, type CliHost } from '../../core/cli/index.ts'
import { sentence } from '../../core/host/sentence.ts'
import { userDataFolder } from '../../core/files/folders.ts'
import { createErrorLog } from '../../core/host/error-log.ts'
import { serve } from './serve.ts'
import { spawnEngine, spawnLlamaCpp, spawnReader } from './spawn-engine.ts'

// This file is built to out/main/cli.js.
const builtFolder = join(dirname(fileURLToPath(import.meta.url)), '..')
const root = join(builtFolder, '..')
const resourcesFolder = join(root, 'resources')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }

const host: CliHost = {
  version,
  resourcesFolder,
  spawnEngine: (environment) => spawnEngine(join(builtFolder, 'main', 'engine.js'), environment),
  spawnReader: () => spawnReader(join(builtFolder, 'main', 'reader.js')),
  spawnLlamaCpp: () => spawnLlamaCpp(join(builtFolder, 'main', 'llama-cpp.js')),
  serve: (args) => serve(args, { version, resourcesFolder, builtFolder }),
}

try {
  process.exitCode = await main(process.argv.slice(2), host)
} catch (error) {
  const message = createErrorLog(join(userDataFolder(), 'errors.log'))('command', error)
  console.error(sentence({ code: 'internal', facts: { message } }))
  // Whatever is still open, such as a child that could not be closed, would keep a host alive that nobody sees.
  process.exit(1)
}
