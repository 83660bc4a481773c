// Models of the Hub: searched for, and looked at before a byte of their weights is fetched.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import {
  HubModelId,
  HubRevision,
  toAppError,
  UserError,
  type AppError,
  type HubModel,
  type HubModelSummary,
  type ModelFit,
  type ModelId,
} from '../contract/index.ts'
import type { ModelFits } from '../local-models/fits.ts'
import { hasGgufFamily } from '../gguf/families/index.ts'
import { supportedTypes } from '../models/family.ts'
import type { ModelReader } from '../reader/client.ts'
import type { Inspection, ReaderResult } from '../reader/protocol.ts'
import type { HubClient } from '../net/hub-client.ts'
import { fileUrl, listFiles, pageOf, subjectOf, type Repository, type RepositoryFile } from '../net/repository.ts'
import { withoutFrontMatter } from './card.ts'
import { chosenGguf, ggufOf, inspectGguf } from './gguf-models.ts'
import { chosenFiles, isAdapter, tokenizerOf, weightFiles } from './model-files.ts'
import { fetchBytes, fetchEvidence } from './model-evidence.ts'
import { parseModelReference, type ModelReference } from './model-reference.ts'
import { unquantizedOf } from './unquantized.ts'

/** What a search and an inspection ask. */
export interface ModelSources {
  readonly client: HubClient
  readonly reader: ModelReader
  readonly fits: Pick<ModelFits, 'ofSketch' | 'ofParameterCount'>
  /** The model on this machine that is this one. */
  readonly localIdOf: (id: HubModelId) => Promise<ModelId | null>
}

const Count = z
  .number()
  .int()
  .positive()
  .max(2 ** 53)
const Text = z.string().max(300).catch('')
const Texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([])
const Card = z.object({
  license: Texts,
  license_name: z.string().optional().catch(undefined),
  language: Texts,
  base_model: Texts,
})
const Config = z.object({
  model_type: Text,
  quantization_config: z.object({ quant_method: Text }).optional().catch(undefined),
})
const Info = z.object({
  id: HubModelId,
  sha: HubRevision.optional().catch(undefined),
  tags: z.array(z.string()).catch([]),
  downloads: z.number().catch(0),
  likes: z.number().catch(0),
  gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).catch(false),
  lastModified: Text,
  library_name: Text,
  cardData: z.unknown().optional(),
  config: Config.optional().catch(undefined),
  safetensors: z
    .object({ total: Count, parameters: z.record(z.string().max(20), Count).catch({}) })
    .optional()
    .catch(undefined),
  gguf: z.object({ total: Count, architecture: Text }).optional().catch(undefined),
})
type Info = z.infer<typeof Info>

const SEARCH_LIMIT = 20
/** What of a model the Hub is asked to tell in a list. */
const TOLD = [
  'cardData',
  'config',
  'downloads',
  'gated',
  'gguf',
  'lastModified',
  'library_name',
  'likes',
  'safetensors',
  'sha',
  'tags',
]

/** Models whose id holds the words, the most downloaded first; what the query names comes first itself. */
export async function searchModels(
  { client, fits }: Pick<ModelSources, 'client' | 'fits'>,
  query: string,
): Promise<HubModelSummary[]> {
  const named = parseModelReference(query, client.endpoint)
  const url = client.url('api/models', {
    search: named?.id ?? query,
    limit: String(SEARCH_LIMIT),
    sort: 'downloads',
    direction: '-1',
  })
  for (const name of TOLD) url.searchParams.append('expand[]', name)
  const found = (await client.json(url, z.array(Info))).map((info) => summaryOf(info))
  if (!named) return withFits(found, fits)
  const known = found.find(({ id }) => id.toLowerCase() === named.id.toLowerCase())
  const first = known ? { ...known, revision: named.revision } : summaryOf(await infoOf(client, named), named.revision)
  return withFits([first, ...found.filter(({ id }) => id !== first.id)], fits)
}

/** A machine whose devices are not known is no reason to find nothing. */
async function withFits(
  found: readonly HubModelSummary[],
  fits: Pick<ModelFits, 'ofParameterCount'>,
): Promise<HubModelSummary[]> {
  const fitOf = ({ parameterCount, support }: HubModelSummary): Promise<ModelFit | null> =>
    parameterCount === null || support === 'no' || support === 'adapter'
      ? Promise.resolve(null)
      : fits.ofParameterCount(parameterCount).catch(() => null)
  return Promise.all(found.map(async (summary) => ({ ...summary, fit: await fitOf(summary) })))
}

function infoOf(client: HubClient, { id, revision }: ModelReference): Promise<Info> {
  const path = revision === 'main' ? `api/models/${id}` : `api/models/${id}/revision/${encodeURIComponent(revision)}`
  return client.json(client.url(path), Info, { subject: subjectOf(client, { kind: 'models', id }, revision) })
}

const cardOf = ({ cardData }: Info) => Card.parse(typeof cardData === 'object' && cardData !== null ? cardData : {})

function summaryOf(info: Info, revision = HubRevision.parse('main')): HubModelSummary {
  const { license, license_name: licenceName } = cardOf(info)
  const tagged = info.tags.find((tag) => tag.startsWith('license:'))?.slice('license:'.length) ?? ''
  return {
    id: info.id,
    revision,
    downloads: info.downloads,
    likes: info.likes,
    licence: (licenceName ?? (license.join(', ') || tagged)).slice(0, 100),
    updatedAt: info.lastModified,
    gated: info.gated,
    parameterCount: info.safetensors?.total ?? info.gguf?.total ?? null,
    family: info.config?.model_type || (info.gguf?.architecture ?? ''),
    support: supportOf(info),
    downloadBytes: bytesOf(info),
    fit: null,
  }
}

/** Bytes of an element, by the names that safetensors has. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2 }

/** Of the safetensors files; others are not counted. */
function bytesOf({ safetensors }: Info): number | null {
  const counts = Object.entries(safetensors?.parameters ?? {})
  if (counts.length === 0) return null
  return counts.reduce((sum, [dtype, count]) => sum + (ELEMENT_BYTES[dtype] ?? 1) * count, 0)
}

const QUANTIZED_TAG = /^(gguf|awq|gptq|mlx|exl2|exl3|4-bit|8-bit|bitsandbytes|compressed-tensors|fp8)$/

function supportOf({ tags, library_name: library, config, gguf, safetensors }: Info): HubModelSummary['support'] {
  if (gguf && !safetensors) return hasGgufFamily(gguf.architecture) ? 'base' : 'no'
  if (library === 'peft' || tags.includes('peft') || tags.includes('lora')) return 'adapter'
  if (library === 'gguf') return 'unknown'
  if (config?.quantization_config || library === 'mlx') return 'no'
  const isQuantized = tags.some((tag) => QUANTIZED_TAG.test(tag))
  const type = config?.model_type ?? ''
  if (type === '') return isQuantized && !tags.includes('gguf') ? 'no' : 'unknown'
  if (!supportedTypes().includes(type)) return 'no'
  return isQuantized ? 'unknown' : 'base'
}

/** What is downloaded of a model, and what is known of it. */
export interface InspectedModel {
  readonly model: HubModel
  readonly chosen: readonly RepositoryFile[]
}

/** A model, and of one in GGUF files which of them. */
export interface WantedModel extends ModelReference {
  readonly gguf?: string | undefined
}

const MAX_SHOWN_FILES = 2_000

/** Looks at a model. What keeps the studio from using it is told as its `problem`. Throws UserError where it is not there. */
export async function inspectHubModel(sources: ModelSources, wanted: WantedModel): Promise<InspectedModel> {
  const { client, localIdOf } = sources
  const info = await infoOf(client, wanted)
  const commit = info.sha ?? wanted.revision
  const repository: Repository = { kind: 'models', id: info.id, revision: commit }
  const { files, kept } = await listFiles(client, repository).then(
    (listed) => ({ files: listed, kept: null }),
    (error: unknown) => ({ files: [], kept: accessProblem(error) }),
  )
  const gguf = chosenGguf(files, wanted.gguf)
  const [card, evidence, localId] = await Promise.all([
    readCard(client, repository),
    kept ? { ...NOTHING, problem: kept } : inspectFiles(sources, { repository, files, gguf }),
    localIdOf(info.id),
  ])
  const chosen = chosenFiles(files, gguf)
  const baseModel = baseOf(info, evidence)
  const kind = (gguf ? typeof evidence.gguf?.adapterOf === 'string' : isAdapter(files)) ? 'adapter' : 'base'
  const { problem } = evidence
  const quantization = problem?.code === 'model/quantized' ? String(problem.facts['method']) : null
  return {
    chosen,
    model: {
      ...summaryOf(info, wanted.revision),
      ...factsOf(evidence, info),
      ...filesOf(files, chosen),
      support: problem === null ? kind : isOfAccess(problem) ? supportOf(info) : 'no',
      url: pageOf(client, repository).href,
      commit,
      card,
      languages: cardOf(info).language.slice(0, MAX_LANGUAGES),
      kind,
      quantization,
      gguf: gguf && ggufOf(files, gguf, evidence.gguf),
      baseModel,
      problem,
      instead: quantization === null && !gguf ? null : await unquantizedOf(client, info.id, baseModel),
      localId,
    },
  }
}

const MAX_LANGUAGES = 200

/** Why files are kept back; other failures are thrown. */
function accessProblem(error: unknown): AppError {
  const problem = toAppError(error)
  if (isOfAccess(problem)) return problem
  throw error
}

/** The model that this one was made from, by its card, or by its files. */
function baseOf(info: Info, { adapterBase, inspection }: Evidence): HubModelId | null {
  const named = [...cardOf(info).base_model, adapterBase, inspection?.madeFrom ?? '']
  const ids = named.map((text) => HubModelId.safeParse(text).data)
  return ids.find((id) => id !== undefined && id !== info.id && id.includes('/')) ?? null
}

const factsOf = ({ inspection, gguf, fit }: Evidence, info: Info) => ({
  family: gguf?.family ?? inspection?.family ?? info.config?.model_type ?? '',
  parameterCount: gguf?.parameterCount ?? inspection?.parameterCount ?? info.safetensors?.total ?? null,
  architecture: inspection?.architecture ?? '',
  dtype: gguf?.type ?? inspection?.dtype ?? '',
  hasChatTemplate: gguf?.hasChatTemplate ?? inspection?.hasChatTemplate ?? false,
  contextLengthTokens: gguf?.contextLengthTokens ?? inspection?.contextLengthTokens ?? null,
  vocabularySize: inspection?.vocabularySize ?? null,
  fit,
})

function filesOf(files: readonly RepositoryFile[], chosen: readonly RepositoryFile[]) {
  const names = new Set(chosen.map(({ path }) => path))
  const shown = [...chosen, ...files.filter(({ path }) => !names.has(path))].slice(0, MAX_SHOWN_FILES)
  return {
    tokenizer: tokenizerOf(files),
    files: shown.map(({ path, sizeBytes }) => ({ path, sizeBytes, isChosen: names.has(path) })),
    downloadBytes: total(chosen),
    totalBytes: total(files),
  }
}

const total = (files: readonly RepositoryFile[]): number => files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)

/** The files are kept back: nothing is known of whether the studio could use them. */
const isOfAccess = ({ code }: AppError): boolean => code === 'hub/gated' || code === 'hub/disabled'

interface Evidence {
  readonly inspection: Inspection | null
  readonly fit: ModelFit | null
  readonly problem: AppError | null
  readonly adapterBase: string
  /** Of a GGUF. */
  readonly gguf: ReaderResult<'gguf'> | null
}

const NOTHING = { inspection: null, gguf: null, fit: null, problem: null, adapterBase: '' } as const

interface Looked {
  readonly repository: Repository
  readonly files: readonly RepositoryFile[]
  /** The one that is chosen, where there are no other weights. */
  readonly gguf: RepositoryFile | null
}

/** What the files say that can be looked at without their weights. */
async function inspectFiles(
  { client, reader, fits }: ModelSources,
  { repository, files, gguf }: Looked,
): Promise<Evidence> {
  const missing = gguf ? null : problemOfFiles(repository.id, files)
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-model-'))
  try {
    if (gguf) {
      const fetch = (from: number, to: number) => fetchBytes({ client, repository }, gguf.path, [from, to])
      const found = await inspectGguf({ file: gguf, folder, reader, fetch })
      if (found.adapterOf !== null) return { ...NOTHING, gguf: found, adapterBase: found.adapterOf }
      const fit = await fits.ofParameterCount(found.parameterCount).catch(() => null)
      return { ...NOTHING, gguf: found, fit, problem: null }
    }
    const { headers, adapterBase } = await fetchEvidence({ client, repository, files, folder })
    if (isAdapter(files)) return { ...NOTHING, adapterBase, problem: missing }
    if (missing && !files.some(({ path }) => path === 'config.json')) return { ...NOTHING, problem: missing }
    const inspection = await reader.call('inspect', { folder, stamp: '', headers })
    const problem = inspection.problem ?? missing
    // A model too large to be estimated in time, or a machine whose devices are not known, is no reason to tell nothing.
    const fit =
      inspection.parameterCount === null ? null : await fits.ofSketch(folder, inspection.dtype).catch(() => null)
    return { inspection, gguf: null, fit, problem, adapterBase }
  } catch (error) {
    const problem = toAppError(error)
    if (!(error instanceof UserError) || isOfConnection(problem)) throw error
    // The reader names the folder that it was given.
    const facts = 'model' in problem.facts ? { ...problem.facts, model: repository.id } : problem.facts
    return { ...NOTHING, problem: { ...problem, facts } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Failures that say nothing of the model. */
const isOfConnection = ({ code }: AppError): boolean =>
  code.startsWith('hub/') && !isOfAccess({ code, facts: {} }) && code !== 'hub/unexpected'

/** What is wrong by the names of the files alone. */
function problemOfFiles(id: string, files: readonly RepositoryFile[]): AppError | null {
  const names = files.map(({ path }) => path)
  const weights = weightFiles(files)
  if (weights.length === 0 && names.some((name) => /\.gguf$/i.test(name)))
    return { code: 'model/quantized', facts: { method: 'GGUF' } }
  if (isAdapter(files)) return weights.length > 0 ? null : noWeights(id)
  if (!names.includes('config.json')) return { code: 'checkpoint/config-missing', facts: { file: 'config.json' } }
  if (weights.length === 0) return noWeights(id)
  const tokenizer = tokenizerOf(files)
  if (tokenizer === null) return { code: 'tokenizer/missing', facts: { folder: id } }
  if (tokenizer === 'tekken' || tokenizer === 'tiktoken')
    return {
      code: 'tokenizer/unsupported',
      facts: { file: tokenizer, found: tokenizer, supported: 'tokenizer.json, spiece.model, tokenizer.model' },
    }
  return null
}

const noWeights = (id: string): AppError => ({ code: 'checkpoint/weights-missing', facts: { folder: id } })

const MAX_CARD_BYTES = 2e6

/** README.md without its front matter; empty where there is none or where it is kept back as the files are. */
async function readCard(client: HubClient, repository: Repository): Promise<string> {
  const text = await client
    .text(fileUrl(client, repository, 'README.md'), {
      subject: subjectOf(client, repository, 'README.md'),
      maxBytes: MAX_CARD_BYTES,
    })
    .catch((error: unknown) => {
      const { code } = toAppError(error)
      if (['hub/file-not-found', 'hub/not-found', 'hub/gated', 'hub/disabled', 'hub/unexpected'].includes(code))
        return ''
      throw error
    })
  return withoutFrontMatter(text)
}
