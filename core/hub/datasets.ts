import { z } from 'zod'
import {
  HubDatasetId,
  RepositoryPath,
  UserError,
  type AppError,
  type HubBranch,
  type HubDataset,
  type HubDatasetSummary,
  type HubFile,
  type HubPart,
} from '../contract/index.ts'
import { withoutFrontMatter } from './card.ts'
import { isTable } from './download-paths.ts'
import type { HubClient } from '../net/hub-client.ts'
import { listFiles, pageOf, subjectOf, type Repository, type RepositoryFile } from '../net/repository.ts'

const Texts = z.union([z.string().transform((text) => [text]), z.array(z.string())]).catch([])
const SplitInfo = z.object({ name: z.string(), num_examples: z.number().optional() })
const ConfigInfo = z.object({ config_name: z.string().default('default'), splits: z.array(SplitInfo).catch([]) })
const Card = z.object({
  license: Texts,
  license_name: z.string().optional().catch(undefined),
  language: Texts,
  dataset_info: z.union([ConfigInfo.transform((info) => [info]), z.array(ConfigInfo)]).catch([]),
})

/** What the Hub tells of a dataset, in a search and by itself. */
const Info = z.object({
  id: HubDatasetId,
  tags: z.array(z.string()).catch([]),
  downloads: z.number().catch(0),
  likes: z.number().catch(0),
  gated: z.union([z.literal(false), z.enum(['auto', 'manual'])]).catch(false),
  lastModified: z.string().catch(''),
  sha: z.string().optional(),
  cardData: z.unknown().optional(),
})
type Info = z.infer<typeof Info>

/** The branch with the tables that the Hub has converted: `config/split/0000.parquet`. */
const revisions: Readonly<Record<HubBranch, string>> = { original: 'main', parquet: 'refs/convert/parquet' }

/** A dataset's repository at one of its branches. */
export const datasetAt = (id: HubDatasetId, branch: HubBranch): Repository => ({
  kind: 'datasets',
  id,
  revision: revisions[branch],
})

const SEARCH_LIMIT = 20

/** Datasets whose id holds the words, the most downloaded first; an id or the address of a page comes first itself. */
export async function searchDatasets(client: HubClient, query: string): Promise<HubDatasetSummary[]> {
  const wanted =
    query
      .replace(/^https?:\/\/[^/]+\/datasets\//, '')
      .replace(/^datasets\//, '')
      .split(/[?#]|\/(?:tree|blob|viewer|resolve|discussions)\b/)[0]
      ?.replace(/\/$/, '') ?? ''
  const url = client.url('api/datasets', {
    search: wanted,
    limit: String(SEARCH_LIMIT),
    full: 'true',
    sort: 'downloads',
    direction: '-1',
  })
  const found = (await client.json(url, z.array(Info))).map(summaryOf)
  const exact = wanted.includes('/') ? HubDatasetId.safeParse(wanted) : null
  if (!exact?.success) return found
  const known = found.find(({ id }) => id === exact.data) ?? summaryOf(await infoOf(client, exact.data))
  return [known, ...found.filter(({ id }) => id !== known.id)]
}

const infoOf = (client: HubClient, id: HubDatasetId) =>
  client.json(client.url(`api/datasets/${id}`), Info, { subject: subjectOf(client, { kind: 'datasets', id }) })

/**
 * A dataset with its card and files; those that `mayHoldTable` takes are tables. What keeps the files back (terms, a missing
 * token) is told beside the card.
 */
export async function describeDataset(
  client: HubClient,
  id: HubDatasetId,
  mayHoldTable: (name: string) => boolean,
): Promise<HubDataset> {
  const info = await infoOf(client, id)
  const describeFile = ({ path, sizeBytes }: RepositoryFile): HubFile => ({
    path,
    sizeBytes,
    isTable: isTable(path, mayHoldTable) && RepositoryPath.safeParse(path).success,
  })
  const listings = Promise.all([
    listFiles(client, datasetAt(info.id, 'original')),
    listFiles(client, datasetAt(info.id, 'parquet')).catch(ifMissing([])),
  ])
  const [card, [{ original, parquet }, problem]] = await Promise.all([
    readCard(client, info),
    listings.then(
      ([original, parquet]) => [{ original, parquet }, null] as const,
      (error: unknown) => [{ original: [], parquet: [] }, accessProblem(error)] as const,
    ),
  ])
  return {
    ...summaryOf(info),
    card,
    problem,
    url: pageOf(client, { kind: 'datasets', id: info.id }).href,
    updatedAt: info.lastModified,
    languages: cardOf(info).language,
    parts: partsOf(parquet.map(describeFile), info),
    files: original.map(describeFile),
  }
}

const ifMissing =
  <T>(instead: T) =>
  (error: unknown): T => {
    if (error instanceof UserError && error.error.code === 'hub/file-not-found') return instead
    throw error
  }

/** Why the files are kept back; other failures are thrown. */
function accessProblem(error: unknown): AppError {
  if (error instanceof UserError && (error.error.code === 'hub/gated' || error.error.code === 'hub/disabled'))
    return error.error
  throw error
}

/** README.md; empty where there is none or where it is kept back as the files are. */
async function readCard(client: HubClient, { id, sha = 'main' }: Info): Promise<string> {
  const url = client.url(`datasets/${id}/raw/${sha}/README.md`)
  const text = await client
    .text(url, { subject: subjectOf(client, { kind: 'datasets', id }, 'README.md') })
    .catch((error: unknown) => {
      if (error instanceof UserError && ['hub/file-not-found', 'hub/not-found', 'hub/gated'].includes(error.error.code))
        return ''
      throw error
    })
  return withoutFrontMatter(text)
}

const cardOf = (info: Info) =>
  Card.parse(typeof info.cardData === 'object' && info.cardData !== null ? info.cardData : {})

function summaryOf(info: Info): HubDatasetSummary {
  const { license, license_name: licenceName } = cardOf(info)
  const tagged = (prefix: string) => info.tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? ''
  return {
    id: info.id,
    downloads: info.downloads,
    likes: info.likes,
    gated: info.gated,
    licence: licenceName ?? (license.join(', ') || tagged('license:')),
    rowClass: tagged('size_categories:'),
  }
}

const PARTIAL = 'partial-'

/** `config/split/0000.parquet`, `config/partial-split/…` → the splits of the configurations, in order. */
function partsOf(files: readonly HubFile[], info: Info): HubPart[] {
  const parts = new Map<string, HubFile[]>()
  for (const file of files.toSorted((a, b) => a.path.localeCompare(b.path, 'en'))) {
    const folder = /^([^/]+\/[^/]+)\/[^/]+\.parquet$/.exec(file.path)?.[1]
    if (folder !== undefined) parts.set(folder, [...(parts.get(folder) ?? []), file])
  }
  return [...parts].map(([folder, members]) => {
    const [config = '', name = ''] = folder.split('/')
    const split = name.startsWith(PARTIAL) ? name.slice(PARTIAL.length) : name
    return {
      config,
      split,
      isPartial: name !== split,
      files: members,
      sizeBytes: members.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      rowCount:
        cardOf(info)
          .dataset_info.find(({ config_name: each }) => each === config)
          ?.splits.find((each) => each.name === split)?.num_examples ?? null,
    }
  })
}
