import { join } from 'node:path'
import { parseArguments } from '../../core/cli/arguments.ts'
import { sentence } from '../../core/cli/print.ts'
import { UserError } from '../../core/contract/index.ts'
import { defaultLibraryFolder, userDataFolder } from '../../core/folders.ts'
import { createStudio } from '../../core/studio.ts'
import { startWebHost } from './server.ts'
import { spawnEngine, spawnReader } from './spawn-engine.ts'

/** Used when no `--port` is given; the next free one where it is taken. */
const DEFAULT_PORT = 7860

export interface ServePlaces {
  readonly version: string
  readonly resourcesFolder: string
  readonly builtFolder: string
}

/** `terakoya serve [--port NUMBER] [--library FOLDER]`: prints the link and serves until it is told to end. Returns the exit code. */
export async function serve(args: readonly string[], { version, resourcesFolder, builtFolder }: ServePlaces): Promise<number> {
  try {
    const { options } = parseArguments(args, ['port', 'library'])
    const port = options['port'] === undefined ? DEFAULT_PORT : Number(options['port'])
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UserError('cli/usage', { problem: '--port' })
    const studio = await createStudio({
      host: 'web', version, resourcesFolder,
      preferencesFile: join(userDataFolder(), 'preferences.json'),
      libraryFolder: options['library'] ?? defaultLibraryFolder(),
      spawnEngine: () => spawnEngine(join(builtFolder, 'main', 'engine.js')),
      spawnReader: () => spawnReader(join(builtFolder, 'main', 'reader.js')),
    })
    const host = await startWebHost({
      studio, port, exactPort: options['port'] !== undefined,
      rendererFolder: join(builtFolder, 'renderer'),
      bridgeFile: join(builtFolder, 'main', 'bridge.js'),
    }).catch(async (error: unknown) => {
      await studio.close()
      throw error
    })
    console.log(host.link)
    await new Promise<void>((resolve) => {
      process.once('SIGINT', resolve)
      process.once('SIGTERM', resolve)
    })
    await host.close()
    await studio.close()
    return 0
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.error(sentence(error.error))
    return 1
  }
}
