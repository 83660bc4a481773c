import { homedir } from 'node:os'
import { join } from 'node:path'
import { libraryOf, parseArguments } from '../../core/cli/arguments.ts'
import { text } from '../../core/cli/print.ts'
import { untilTold } from '../../core/cli/until-told.ts'
import type { Language } from '../../texts/index.ts'
import { language, sentence } from '../../core/host/sentence.ts'
import { UserError } from '../../core/contract/index.ts'
import { defaultLibraryFolder, userDataFolder } from '../../core/files/folders.ts'
import { closeAll } from '../../core/host/close-all.ts'
import { createErrorLog, surviveErrors } from '../../core/host/error-log.ts'
import { createHomeFolders } from '../../core/host/home-folders.ts'
import { PathGrants } from '../../core/host/path-grants.ts'
import { createStudio } from '../../core/host/studio.ts'
import { startWebHost, type WebHost } from './server.ts'
import { spawnEngine, spawnLlamaCpp, spawnReader } from './spawn-engine.ts'
import { onEnter } from './terminal.ts'

/** Used when no `--port` is given; the next free one where it is taken. */
const DEFAULT_PORT = 7860

export interface ServePlaces {
  readonly version: string
  readonly resourcesFolder: string
  readonly builtFolder: string
}

/**
 * `terakoya serve [--port NUMBER] [--library FOLDER]`: prints the link and serves until it is told to end. Returns the
 * exit code.
 */
export async function serve(args: readonly string[], places: ServePlaces): Promise<number> {
  try {
    const given = parseArguments(args, ['port', 'library'])
    const { options } = given
    const port = options['port'] === undefined ? DEFAULT_PORT : Number(options['port'])
    if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new UserError('cli/usage', { problem: '--port' })
    const close = await openHost(places, { port, exactPort: options['port'] !== undefined, library: libraryOf(given) })
    await untilTold()
    await close()
    return 0
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.error(sentence(error.error))
    return 1
  }
}

interface HostChoice {
  readonly port: number
  readonly exactPort: boolean
  readonly library: string | undefined
}

/** Opens the studio and serves it. Returns the function that closes both. */
async function openHost(
  { version, resourcesFolder, builtFolder }: ServePlaces,
  { port, exactPort, library }: HostChoice,
): Promise<() => Promise<void>> {
  const accountFolder = userDataFolder()
  const report = createErrorLog(join(accountFolder, 'errors.log'))
  const grants = new PathGrants()
  let browserLanguage: Language | null = null
  const studio = await createStudio({
    host: 'web',
    version,
    resourcesFolder,
    report,
    preferencesFile: join(accountFolder, 'preferences.json'),
    libraryFolder: library ?? defaultLibraryFolder(),
    isLibraryNamed: library !== undefined,
    spawnEngine: (environment) => spawnEngine(join(builtFolder, 'main', 'engine.js'), environment),
    spawnReader: () => spawnReader(join(builtFolder, 'main', 'reader.js')),
    spawnLlamaCpp: () => spawnLlamaCpp(join(builtFolder, 'main', 'llama-cpp.js')),
    homeFolders: createHomeFolders(homedir(), grants),
    systemLanguage: () => browserLanguage ?? language(),
  })
  surviveErrors(report)
  const host = await startWebHost({
    studio,
    grants,
    port,
    exactPort,
    accountFolder,
    report,
    rendererFolder: join(builtFolder, 'renderer'),
    onLanguage: (wanted) => {
      browserLanguage = wanted
    },
  }).catch(async (error: unknown) => {
    // The first failure is the one to tell.
    await studio.close().catch((failure: unknown) => void report('close', failure))
    throw error
  })
  const stopLinks = printLinks(host)
  return () => closeAll([stopLinks, () => host.close(), () => studio.close()])
}

/** The first link, and a further one whenever Enter is pressed. */
function printLinks(host: WebHost): () => void {
  console.log(host.newLink())
  if (process.stdin.isTTY) console.error(text('serving'))
  return onEnter(() => console.log(host.newLink()))
}
