import { libraryOf, parseArguments } from './arguments.ts'
import { chatCommand } from './chat.ts'
import { openCliStudio, type CliHost, type OpenCliContext } from './context.ts'
import { dataCommand } from './data.ts'
import { doctorCommand } from './doctor.ts'
import { exportCommand } from './export.ts'
import { gpuPackCommand } from './gpu-pack.ts'
import { linkCommand } from './link.ts'
import { modelsAccess, modelsCommand } from './models.ts'
import { usage } from './print.ts'
import { reasonLine, sentence } from '../host/sentence.ts'
import { serveApiCommand } from './serve-api.ts'
import { trainCommand } from './train.ts'
import { tutorialCommand } from './tutorial.ts'
import { UserError } from '../contract/index.ts'
import type { WantedAccess } from '../host/library-session.ts'

export type { CliHost }

/** As shells have it. */
const INTERRUPTED = 130

type Command = (args: readonly string[], host: CliHost) => Promise<number>

/**
 * A command that works in a library: the studio is open while it runs. One that only reads leaves the right to write to
 * others.
 */
const inStudio =
  (access: WantedAccess, command: (context: OpenCliContext, args: readonly string[]) => Promise<number>): Command =>
  async (args, host) => {
    const given = parseArguments(args, ['library'])
    const context = await openCliStudio(host, { libraryFolder: libraryOf(given) ?? null, access })
    try {
      return await command(context, given.rest)
    } finally {
      await context.close()
    }
  }

const commands: Record<string, Command> = {
  tutorial: inStudio('write', tutorialCommand),
  train: inStudio('write', trainCommand),
  chat: inStudio('read', chatCommand),
  export: inStudio('read', exportCommand),
  doctor: inStudio('read', doctorCommand),
  'gpu-pack': inStudio('read', gpuPackCommand),
  models: (args, host) => inStudio(modelsAccess(args), modelsCommand)(args, host),
  data: dataCommand,
  serve: (args, host) => host.serve(args),
  'serve-api': inStudio('read', serveApiCommand),
  link: linkCommand,
}

/**
 * `terakoya tutorial | train <settings.yaml> | chat <experiment or model> | export <experiment> | data <command> | models
 * <command> | doctor | gpu-pack | serve | serve-api | link`. Returns the exit code: 0 done, 1 something that the user can fix, 2 wrong usage, 130 ended by Ctrl+C. Throws
 * only for bugs.
 */
export async function main(argv: readonly string[], host: CliHost): Promise<number> {
  const [name = '', ...rest] = argv
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const asked = ['', 'help', '--help', '-h'].includes(name)
    ;(asked ? console.log : console.error)(usage())
    return asked ? 0 : 2
  }
  try {
    return await command(rest, host)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return INTERRUPTED
    if (!(error instanceof UserError)) throw error
    console.error([sentence(error.error), reasonLine(error.error)].filter((line) => line !== null).join('\n'))
    return error.error.code === 'cli/usage' ? 2 : 1
  }
}
