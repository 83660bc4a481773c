import { parseArguments } from './cli/arguments.ts'
import { chatCommand } from './cli/chat.ts'
import { openCliStudio, type CliContext, type CliHost } from './cli/context.ts'
import { sentence, usage } from './cli/print.ts'
import { trainCommand } from './cli/train.ts'
import { tutorialCommand } from './cli/tutorial.ts'
import { UserError } from './contract/index.ts'

export type { CliHost }

const commands: Record<string, (context: CliContext, args: readonly string[]) => Promise<number>> = {
  tutorial: tutorialCommand,
  train: trainCommand,
  chat: chatCommand,
}

/**
 * `terakoya tutorial | train <settings.yaml> | chat <experiment or model> | serve`.
 * Returns the exit code: 0 done, 1 something that the user can fix, 2 wrong usage. Throws only for bugs.
 */
export async function main(argv: readonly string[], host: CliHost): Promise<number> {
  const [name = '', ...rest] = argv
  if (name === 'serve') return host.serve(rest)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    const asked = ['', 'help', '--help', '-h'].includes(name)
    ;(asked ? console.log : console.error)(usage())
    return asked ? 0 : 2
  }
  let context: CliContext | null = null
  try {
    const { options, rest: args } = parseArguments(rest, ['library'])
    context = await openCliStudio(host, options['library'] ?? null)
    return await command(context, args)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.error(sentence(error.error))
    return error.error.code === 'cli/usage' ? 2 : 1
  } finally {
    await context?.close()
  }
}
