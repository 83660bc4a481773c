import { parseArguments } from './cli/arguments.ts'
import { chatCommand } from './cli/chat.ts'
import { openCliStudio, type CliContext, type CliHost } from './cli/context.ts'
import { dataCommand } from './cli/data.ts'
import { doctorCommand } from './cli/doctor.ts'
import { gpuPackCommand } from './cli/gpu-pack.ts'
import { linkCommand } from './cli/link.ts'
import { sentence, usage } from './cli/print.ts'
import { trainCommand } from './cli/train.ts'
import { tutorialCommand } from './cli/tutorial.ts'
import { UserError } from './contract/index.ts'

export type { CliHost }

/** As shells have it. */
const INTERRUPTED = 130

type Command = (args: readonly string[], host: CliHost) => Promise<number>

/** A command that works in a library: the studio is open while it runs. */
const inStudio = (command: (context: CliContext, args: readonly string[]) => Promise<number>): Command => async (args, host) => {
  const { options, rest } = parseArguments(args, ['library'])
  const context = await openCliStudio(host, options['library'] ?? null)
  try {
    return await command(context, rest)
  } finally {
    await context.close()
  }
}

const commands: Record<string, Command> = {
  tutorial: inStudio(tutorialCommand),
  train: inStudio(trainCommand),
  chat: inStudio(chatCommand),
  doctor: inStudio(doctorCommand),
  'gpu-pack': inStudio(gpuPackCommand),
  data: dataCommand,
  serve: (args, host) => host.serve(args),
  link: linkCommand,
}

/**
 * `terakoya tutorial | train <settings.yaml> | chat <experiment or model> | data <command> | doctor | gpu-pack | serve | link`.
 * Returns the exit code: 0 done, 1 something that the user can fix, 2 wrong usage, 130 ended by Ctrl+C. Throws only for bugs.
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
    console.error(sentence(error.error))
    return error.error.code === 'cli/usage' ? 2 : 1
  }
}
