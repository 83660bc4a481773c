import { UserError } from '../contract/index.ts'
import { namedFolder } from '../files/folders.ts'

export interface Arguments {
  /** Values of the named options, `--name value` or `--name=value`; the last one wins. */
  readonly options: Readonly<Record<string, string>>
  /** Every value of options that may be repeated. */
  readonly lists: Readonly<Record<string, readonly string[]>>
  readonly flags: ReadonlySet<string>
  /** Everything else, in order. */
  readonly rest: readonly string[]
}

/**
 * Takes the named options, lists and flags out of a command line and leaves the rest as it was, so that one command can
 * pass on what it does not know. Throws UserError `cli/usage` where an option lacks its value.
 */
export function parseArguments(
  args: readonly string[],
  options: readonly string[],
  lists: readonly string[] = [],
  flags: readonly string[] = [],
): Arguments {
  const found: Record<string, string> = {}
  const many: Record<string, string[]> = Object.fromEntries(lists.map((name) => [name, []]))
  const set = new Set<string>()
  const rest: string[] = []
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string
    const [name = '', inline] = argument.startsWith('--') ? splitOnce(argument.slice(2)) : ['']
    const value = () => {
      const next = inline ?? args[++index]
      if (next === undefined) throw new UserError('cli/usage', { problem: `--${name}` })
      return next
    }
    if (flags.includes(name)) set.add(name)
    else if (options.includes(name)) found[name] = value()
    else if (lists.includes(name)) many[name]?.push(value())
    else rest.push(argument)
  }
  return { options: found, lists: many, flags: set, rest }
}

/** The folder that `--library` names; undefined without it. Throws UserError `cli/usage` where its value is blank. */
export function libraryOf({ options: { library } }: Pick<Arguments, 'options'>): string | undefined {
  if (library?.trim() === '') throw new UserError('cli/usage', { problem: '--library' })
  return library === undefined ? undefined : namedFolder(library)
}

function splitOnce(text: string): [string, string | undefined] {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, undefined] : [text.slice(0, equals), text.slice(equals + 1)]
}

/** Reads `--training.epochs 5 --training.lora_r=4` as settings. Throws UserError `cli/usage` for anything else. */
export function parseSettingFlags(args: readonly string[]): Record<string, string> {
  const values: Record<string, string> = {}
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] as string
    const [name, inline] = splitOnce(argument.replace(/^--/, ''))
    const value = inline ?? args[++index]
    if (!argument.startsWith('--') || value === undefined) throw new UserError('cli/usage', { problem: argument })
    values[name] = value
  }
  return values
}
