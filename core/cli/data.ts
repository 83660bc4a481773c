import { UserError } from '../contract/index.ts'
import type { CliHost } from './context.ts'
import { checkCommand } from './data-check.ts'
import { convertCommand } from './data-convert.ts'
import { statsCommand } from './data-stats.ts'

const commands: Record<string, (args: readonly string[], host: CliHost) => Promise<number>> = {
  check: checkCommand,
  convert: convertCommand,
  stats: statsCommand,
}

/** `terakoya data check | convert | stats …`: work on table files, without a library and without an engine. */
export async function dataCommand([name = '', ...args]: readonly string[], host: CliHost): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) throw new UserError('cli/usage', { problem: `data ${name}`.trim() })
  return command(args, host)
}
