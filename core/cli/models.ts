import {
  HubModelId,
  HubRevision,
  ModelId,
  UserError,
  type HubModel,
  type ModelDownload,
  type ModelFit,
  type ModelSummary,
} from '../contract/index.ts'
import type { WantedAccess } from '../host/library-session.ts'
import { sentence } from '../host/sentence.ts'
import { parseArguments } from './arguments.ts'
import type { CliContext } from './context.ts'
import { columns, gigabytes, text } from './print.ts'

/** As shells have it. */
const INTERRUPTED = 130

const CHANGING: ReadonlySet<string> = new Set(['get', 'adopt', 'rm'])

/** What `terakoya models …` needs: only some of them change the library. */
export const modelsAccess = (args: readonly string[]): WantedAccess =>
  args.some((argument) => CHANGING.has(argument)) ? 'write' : 'read'

/**
 * `terakoya models [list | search WORDS | info ID[@REV] | get ID[@REV] | adopt ID [--base ID] | rm ID] [--json]`. Returns
 * the exit code. Throws UserError.
 */
export async function modelsCommand(context: CliContext, args: readonly string[]): Promise<number> {
  const { options, flags, rest } = parseArguments(args, ['base'], [], ['json'])
  const [act = 'list', ...named] = rest
  const command = Object.hasOwn(acts, act) ? acts[act as keyof typeof acts] : undefined
  const isRight = act === 'list' ? named.length === 0 : act === 'search' ? named.length > 0 : named.length === 1
  if (!command || !isRight || (options['base'] !== undefined && act !== 'adopt'))
    throw new UserError('cli/usage', { problem: `models ${rest.join(' ')}` })
  return command(context, named.join(' '), { asJson: flags.has('json'), base: options['base'] })
}

interface ActOptions {
  readonly asJson: boolean
  /** The model that an adapter was trained on. */
  readonly base: string | undefined
}

type Act = (context: CliContext, named: string, options: ActOptions) => Promise<number>

const acts = { list, search, info, get, adopt, rm } satisfies Record<string, Act>

const print = (value: unknown): void => console.log(JSON.stringify(value, null, 2))

async function list({ call }: CliContext, _: string, { asJson }: ActOptions): Promise<number> {
  const models = await call('models.list', {})
  if (asJson) print(models)
  else for (const line of columns(models.map(rowOf))) console.log(line)
  return 0
}

const rowOf = ({ id, kind, origin, parameterCount, sizeBytes, licence, problem }: ModelSummary): string[] => [
  id,
  text(`modelKind_${kind}`),
  text(`modelOrigin_${origin}`),
  billions(parameterCount),
  gigabytes(sizeBytes),
  problem ? sentence(problem) : licence,
]

const billions = (count: number | null): string => (count ? `${(count / 1e9).toFixed(2)} B` : '–')

async function search({ call }: CliContext, query: string, { asJson }: ActOptions): Promise<number> {
  const found = await call('hub.searchModels', { query })
  if (asJson) print(found)
  else
    for (const line of columns(
      found.map(({ id, parameterCount, downloadBytes, family, licence, support, fit }) => [
        id,
        billions(parameterCount),
        downloadBytes === null ? '–' : gigabytes(downloadBytes),
        family,
        licence,
        text(`modelSupport_${support}`),
        fit ? text(`fit_${fit.needs[0]?.training ?? 'no'}`) : '',
      ]),
    ))
      console.log(line)
  return 0
}

/** A local model by its id, or one of the Hub. */
async function info({ call }: CliContext, named: string, { asJson }: ActOptions): Promise<number> {
  if (!named.includes('/')) {
    const model = await call('models.open', { id: localId(named) })
    if (asJson) print(model)
    else for (const line of columns([rowOf(model)])) console.log(line)
    return 0
  }
  const model = await call('hub.model', await referenceOf({ call }, named))
  if (asJson) print(model)
  else for (const line of linesOf(model)) console.log(line)
  return 0
}

function linesOf(model: HubModel): string[] {
  const { id, architecture, parameterCount, dtype, licence, downloadBytes, problem, instead, url, fit } = model
  return [
    id,
    `  ${[architecture, billions(parameterCount), dtype, licence].filter((part) => part !== '').join('  ')}`,
    `  ${text('packDownload', { size: gigabytes(downloadBytes) })}`,
    ...(fit ? fitLines(fit) : []),
    ...(problem ? [`  ${sentence(problem)}`] : []),
    ...(instead ? [`  ${text('modelInstead', { model: instead })}`] : []),
    `  ${url}`,
  ]
}

const fitLines = ({ needs }: ModelFit): string[] =>
  needs.map(
    ({ precision, trainingBytes, training, chatBytes, chat }) =>
      `  ${text('modelFit', {
        precision,
        training: `${gigabytes(trainingBytes)} ${text(`fit_${training}`)}`,
        chat: `${gigabytes(chatBytes)} ${text(`fit_${chat}`)}`,
      })}`,
  )

/** What a text names, as the search understands it: an id, `id@revision` or a link. Throws UserError `cli/usage`. */
async function referenceOf({ call }: Pick<CliContext, 'call'>, named: string) {
  const [id = '', revision] = named.split('@')
  const typed = { id: HubModelId.safeParse(id).data, revision: HubRevision.safeParse(revision ?? 'main').data }
  if (typed.id && typed.revision) return { id: typed.id, revision: typed.revision }
  const [first] = await call('hub.searchModels', { query: named })
  if (!first) throw new UserError('hub/not-found', { dataset: named })
  return { id: first.id, revision: first.revision }
}

async function get(context: CliContext, named: string, { asJson }: ActOptions): Promise<number> {
  const wanted = await referenceOf(context, named)
  let last: ModelDownload | null = null
  let tell: () => void = () => {}
  const end = context.on('hub.downloads', (downloads) => {
    last = downloads.find(({ downloadId }) => downloadId === last?.downloadId) ?? last
    if (!asJson && last) printProgress(last)
    tell()
  })
  let isInterrupted = false
  const interrupt = (): void => {
    isInterrupted = true
    if (last) void context.call('hub.pause', { downloadId: last.downloadId })
  }
  process.once('SIGINT', interrupt)
  try {
    last = await context.call('hub.downloadModel', wanted)
    if (isInterrupted) interrupt()
    while (!hasEnded(last)) await new Promise<void>((resolve) => (tell = resolve))
    return finish(last, asJson)
  } finally {
    process.off('SIGINT', interrupt)
    end()
  }
}

const hasEnded = ({ state }: ModelDownload): boolean => state === 'done' || state === 'failed' || state === 'paused'

/** Says what became of a download. Throws UserError where it failed. */
function finish(download: ModelDownload, asJson: boolean): number {
  const { state, modelId, error, id } = download
  if (process.stdout.isTTY && !asJson) process.stdout.write('\r\u001b[K')
  if (error && state === 'failed') throw new UserError(error.code, error.facts)
  if (asJson) print(download)
  else console.log(state === 'done' ? text('modelHere', { model: modelId }) : text('modelPaused', { model: id }))
  return state === 'done' ? 0 : INTERRUPTED
}

function printProgress({ id, state, receivedBytes, totalBytes, remainingSeconds, error }: ModelDownload): void {
  if (!process.stdout.isTTY) return
  const share = totalBytes > 0 ? Math.floor((receivedBytes / totalBytes) * 100) : 0
  const remaining = remainingSeconds === null ? '–' : Math.ceil(remainingSeconds)
  const line =
    state === 'waiting-to-retry' && error ? sentence(error) : text('packProgress', { part: id, share, remaining })
  process.stdout.write(`\r\u001b[K${line}`)
}

/** Makes a run of an adapter. */
async function adopt({ call }: CliContext, named: string, { asJson, base }: ActOptions): Promise<number> {
  const input = { adapterId: localId(named), ...(base !== undefined && { baseId: localId(base) }) }
  const run = await call('experiments.adopt', input)
  if (asJson) print(run)
  else console.log(text('modelAdopted', { name: run.name, id: run.id }))
  return 0
}

async function rm({ call }: CliContext, named: string, { asJson }: ActOptions): Promise<number> {
  const id = localId(named)
  const users = (await call('models.users', { id })).map(({ name }) => name)
  await call('models.remove', { id })
  if (asJson) print({ removed: id, users })
  else console.log(text('modelRemoved', { model: id }))
  if (!asJson && users.length > 0) console.log(text('modelUsers', { names: namesOf(users) }))
  return 0
}

const MAX_NAMES = 5
const namesOf = (names: readonly string[]): string =>
  names.slice(0, MAX_NAMES).join(', ') + (names.length > MAX_NAMES ? ' …' : '')

function localId(named: string): ModelId {
  const { data } = ModelId.safeParse(named)
  if (data === undefined) throw new UserError('model/not-found', { model: named.slice(0, 200) })
  return data
}
