import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { elementCount, isContiguous, openCheckpoint, tensorBytes, type Checkpoint, type StoredTensor } from '../checkpoints/index.ts'
import { ModelId, toAppError, UserError, type AppError, type Handlers, type ModelDetail, type ModelSummary } from '../contract/index.ts'

/** A model that can be trained or talked to, with what its files say. */
export interface LocalModel extends ModelSummary {
  readonly checkpoint: Checkpoint
}

type ModelHandlers = { [N in keyof Handlers as N extends `models.${infer C}` ? C : never]: Handlers[N] }

export interface ModelService extends ModelHandlers {
  /** The model with this id. Throws UserError where there is none or its files are damaged. */
  find(id: string): Promise<LocalModel>
}

/** Models are folders as Hugging Face lays them out: those shipped with the studio, and those in the library's `models` folder. */
export function createModelService(options: { readonly shippedFolder: string; readonly folder: string }): ModelService {
  const places = [
    { folder: options.shippedFolder, shipped: true },
    { folder: options.folder, shipped: false },
  ]
  const loaded = new Map<string, Promise<LocalModel>>()

  async function candidates(): Promise<Candidate[]> {
    const found = await Promise.all(places.map(async ({ folder, shipped }) => {
      const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
      return entries.filter((entry) => entry.isDirectory() && ModelId.safeParse(entry.name).success)
        .map((entry) => ({ id: entry.name as ModelId, folder: join(folder, entry.name), shipped }))
    }))
    return found.flat()
  }

  async function find(id: string): Promise<LocalModel> {
    const candidate = (await candidates()).find((model) => model.id === id)
    if (!candidate) throw new UserError('model/not-found', { model: id })
    const model = loaded.get(candidate.folder) ?? load(candidate)
    loaded.set(candidate.folder, model)
    // A damaged model is read again next time: the user may have repaired it.
    model.catch(() => loaded.delete(candidate.folder))
    return model
  }

  return {
    find,
    async list() {
      return Promise.all((await candidates()).map((candidate) => find(candidate.id).then(summaryOf, (error: unknown) => damaged(candidate, toAppError(error)))))
    },
    async open({ id }): Promise<ModelDetail> {
      const model = await find(id)
      const [card, notice] = await Promise.all([readText(join(model.folder, 'README.md')), readText(join(model.folder, 'NOTICE'))])
      return { ...summaryOf(model), card: withoutFrontMatter(card), notice }
    },
  }
}

interface Candidate {
  readonly id: ModelId
  readonly folder: string
  readonly shipped: boolean
}

/** A model whose files cannot be read: it stays in the list and says why. */
const damaged = (candidate: Candidate, problem: AppError): ModelSummary => ({
  ...candidate, problem, name: candidate.id, architecture: '', parameterCount: 0, sizeBytes: 0, contextLengthTokens: 0, vocabularySize: 0, licence: '',
})

async function load({ id, folder, shipped }: Candidate): Promise<LocalModel> {
  const checkpoint = await openCheckpoint(folder)
  const { config, tensors } = checkpoint
  const sizes = distinct([...tensors.values()])
  return {
    id, folder, shipped, checkpoint,
    name: id,
    architecture: textOf(config['architectures']),
    parameterCount: sizes.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    sizeBytes: sizes.reduce((sum, place) => sum + tensorBytes(place), 0),
    contextLengthTokens: Number(config['max_position_embeddings'] ?? config['n_positions'] ?? 0),
    vocabularySize: Number(config['vocab_size'] ?? 0),
    licence: licenceOf(frontMatter(await readText(join(folder, 'README.md')))),
    problem: null,
  }
}

/** Every tensor once: in pytorch_model.bin a tied head may be the embedding under a second name. */
const distinct = (places: readonly StoredTensor[]): StoredTensor[] =>
  [...new Map(places.map((place) => [`${place.file} ${isContiguous(place) ? place.offset : place.start} ${tensorBytes(place)}`, place])).values()]

/** `license: other` has its name beside it. */
const licenceOf = (card: Record<string, string>): string => card['license_name'] ?? card['license'] ?? ''

const summaryOf = ({ checkpoint: _, ...summary }: LocalModel): ModelSummary => summary

const textOf = (value: unknown): string => (Array.isArray(value) ? String(value[0] ?? '') : String(value ?? ''))

const readText = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')

const FRONT_MATTER = /^---\n([\s\S]*?)\n---\n/

const withoutFrontMatter = (card: string): string => card.replace(FRONT_MATTER, '').trimStart()

function frontMatter(card: string): Record<string, string> {
  const block = FRONT_MATTER.exec(card)?.[1]
  const values: unknown = block ? parse(block) : null
  return typeof values === 'object' && values !== null ? Object.fromEntries(Object.entries(values).map(([key, value]) => [key, textOf(value)])) : {}
}
