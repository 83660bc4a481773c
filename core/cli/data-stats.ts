import { join } from 'node:path'
import { UserError, type DatasetStatistics, type Distribution, type Facts } from '../contract/index.ts'
import { statisticsOf, type TokenCounter } from '../datasets/statistics/index.ts'
import { tokenCounter } from '../planning/token-counter.ts'
import { defaultLibraryFolder } from '../files/folders.ts'
import { createModelService } from '../local-models/service.ts'
import { createModelReader, type ModelReader } from '../reader/client.ts'
import { libraryOf } from './arguments.ts'
import type { CliHost } from './context.ts'
import { parseTableArguments, withTable } from './data-table.ts'
import { text } from './print.ts'

/**
 * `terakoya data stats FILE [--model MODEL] [--json]` and the options of `parseTableArguments`; `--json` prints the
 * `DatasetStatistics`.
 */
export async function statsCommand(args: readonly string[], host: CliHost): Promise<number> {
  const { options, flags, reading, rest } = parseTableArguments(args, ['model', 'library'], ['json'])
  const [file, ...others] = rest
  if (file === undefined || others.length > 0) throw new UserError('cli/usage', { problem: 'data stats' })
  const reader = createModelReader(host.spawnReader)
  try {
    const counter =
      options['model'] === undefined
        ? null
        : await counterOf(options['model'], reader, { host, library: libraryOf({ options }) })
    const statistics = await withTable(file, reading, (store, signal) =>
      statisticsOf(async (work) => {
        signal.throwIfAborted()
        return work(store)
      }, counter),
    )
    console.log(flags.has('json') ? JSON.stringify(statistics) : linesOf(statistics).join('\n'))
    return 0
  } finally {
    reader.close()
  }
}

/** Of a model that is shipped or lies in the library; the library itself is neither made nor opened. */
function counterOf(
  modelId: string,
  reader: ModelReader,
  { host, library = defaultLibraryFolder() }: { readonly host: CliHost; readonly library: string | undefined },
): Promise<TokenCounter> {
  return tokenCounter(
    createModelService({
      shippedFolder: join(host.resourcesFolder, 'models'),
      folder: join(library, 'models'),
      reader,
    }),
    reader,
    modelId,
  )
}

const roleTexts = { system: 'roleSystem', prompt: 'rolePrompt', answer: 'roleAnswer' } as const

function linesOf({ rowCount, roles, turns, duplicates, languages, tokenSample }: DatasetStatistics): string[] {
  const lengths = roles.flatMap(({ role, characters, tokens }) => {
    const facts = { role: text(roleTexts[role]) }
    return [
      ...lineOf('lengths', characters, { ...facts, unit: text('characters') }),
      ...lineOf('lengths', tokens, { ...facts, unit: text('tokens') }),
    ]
  })
  return [
    text('rowsCounted', { rows: rowCount, duplicates: duplicates.rowCount }),
    ...lengths,
    ...lineOf('turns', turns, {}),
    text('languages', languages),
    ...(tokenSample && !tokenSample.isWhole ? [text('tokenSample', { rows: tokenSample.rowCount })] : []),
  ]
}

function lineOf(key: 'lengths' | 'turns', distribution: Distribution | null, facts: Facts): string[] {
  if (!distribution) return []
  const { histogram: _, ...numbers } = distribution
  return [text(key, { ...facts, ...numbers, mean: Math.round(numbers.mean * 10) / 10 })]
}
