import { join } from 'node:path'
import { UserError, type AppError } from '../contract/errors.ts'
import { adapterKindOf } from '../gguf/adapter-folder.ts'
import type { HostPort } from '../processes/port.ts'
import { architectureOf } from '../models/family.ts'
import { withinContext } from '../samples/samples.ts'
import { fitAdapter } from './adapter-fit.ts'
import { readTexts } from './card.ts'
import { describeAdapter, describeGgufAdapter, describeModel } from './describe.ts'
import { readGgufFacts } from './gguf.ts'
import { inspectModel, sketchCheckpoint } from './inspect.ts'
import { openModel } from './open-model.ts'
import type { ReaderMethod, ReaderParams, ReaderReply, ReaderRequest, ReaderResult } from './protocol.ts'
import { countTokens, previewOf } from './tokens.ts'

type Handlers = { readonly [M in ReaderMethod]: (params: ReaderParams[M]) => Promise<ReaderResult<M>> }

const handlers: Handlers = {
  async describe(place) {
    const adapter = await adapterKindOf(place.folder)
    if (adapter === null) return describeModel(openModel(place))
    return adapter === 'gguf' ? describeGgufAdapter(place.folder) : describeAdapter(place.folder)
  },
  texts: ({ folder }) => readTexts(folder),
  countTokens: async ({ texts, ...place }) => countTokens(await openModel(place).tokenizer(), texts),
  async sample({ rows, values, ...place }) {
    const model = openModel(place)
    const { contextLength } = architectureOf((await model.checkpoint()).config)
    return previewOf(await model.tokenizer(), rows, withinContext(values, contextLength))
  },
  // Loaded when it is needed: it knows the runtime.
  async memory({ values, place, rows, sketched, ...model }) {
    const checkpoint = sketched ? await sketchCheckpoint(model.folder, sketched) : await openModel(model).checkpoint()
    return (await import('../training/memory-estimate.ts')).estimateMemory(checkpoint, { values, place, rows })
  },
  inspect: inspectModel,
  adapter: fitAdapter,
  gguf: ({ folder, file }) => readGgufFacts(join(folder, file)),
}

/**
 * The thread of a reader's process that reads: answers one request after the other. Whatever a model's files make of
 * it, the answer is a result or an error of the user's.
 */
export function runReader(port: HostPort): void {
  const send = (reply: ReaderReply) => port.send(reply)
  let last: Promise<void> = Promise.resolve()
  port.onMessage((message) => {
    const { id, method, params } = message as ReaderRequest
    last = last
      .then(() => (handlers[method] as (params: unknown) => Promise<unknown>)(params))
      .then(
        (result) => send({ type: 'result', id, result }),
        (error: unknown) => send({ type: 'error', id, error: readError(error) }),
      )
  })
}

/** Names and values from a model's files are shown so far. */
const SHOWN_CHARACTERS = 1_000

/** The failure as the user's; anything unforeseen is what the files have caused. The host fills in the model's name. */
function readError(error: unknown): AppError {
  const { code, facts } =
    error instanceof UserError
      ? error.error
      : { code: 'model/unreadable' as const, facts: { reason: String(error).slice(0, 200) } }
  return {
    code,
    facts: Object.fromEntries(
      Object.entries(facts).map(([name, value]) => [
        name,
        Number.isFinite(value) ? value : String(value).slice(0, SHOWN_CHARACTERS),
      ]),
    ),
  }
}
