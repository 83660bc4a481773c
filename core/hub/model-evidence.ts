// The small files of a model, and the beginnings of its weights, in a folder that the reader looks at.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { safetensorsHeaderLength } from '../checkpoints/index.ts'
import { MAX_CONFIG_BYTES } from '../checkpoints/limits.ts'
import { UserError } from '../contract/index.ts'
import type { HubClient } from '../net/hub-client.ts'
import { fileUrl, subjectOf, type Repository, type RepositoryFile } from '../net/repository.ts'
import { weightFiles } from './model-files.ts'

interface EvidencePlace {
  readonly client: HubClient
  readonly repository: Repository
  readonly files: readonly RepositoryFile[]
  readonly folder: string
}

export interface FetchedEvidence {
  /** The weight files whose beginning lies in the folder as `<name>.header`. */
  readonly headers: readonly { readonly file: string; readonly fileBytes: number }[]
  /** The model that an adapter was trained on, as it says itself; ''. */
  readonly adapterBase: string
}

/** Larger ones are not looked at before the download. */
const SMALL_FILES: Readonly<Record<string, number>> = {
  'config.json': MAX_CONFIG_BYTES,
  'tokenizer_config.json': 8e6,
  'chat_template.jinja': 1e6,
}
/** Most headers are shorter. */
const FIRST_BYTES = 131_072
/** Of a model in more files only the first ones are looked at: they tell what the others are. */
const MAX_HEADERS = 4

/** Fetches what tells of a model. Throws UserError as the client, and as readSafetensorsHeader. */
export async function fetchEvidence(place: EvidencePlace): Promise<FetchedEvidence> {
  const { files, folder } = place
  const small = files.filter(({ path, sizeBytes }) => sizeBytes <= (SMALL_FILES[path] ?? -1))
  await Promise.all(
    small.map(async ({ path, sizeBytes }) =>
      writeFile(join(folder, path), await fetchBytes(place, path, [0, sizeBytes])),
    ),
  )
  const weights = weightFiles(files).filter(({ path }) => path.endsWith('.safetensors') && !path.startsWith('adapter'))
  const headers = await Promise.all(weights.slice(0, MAX_HEADERS).map((file) => fetchHeader(place, file)))
  return { headers, adapterBase: await fetchAdapterBase(place) }
}

async function fetchHeader(place: EvidencePlace, { path, sizeBytes }: RepositoryFile) {
  const first = await fetchBytes(place, path, [0, Math.min(FIRST_BYTES, sizeBytes)])
  const end = 8 + safetensorsHeaderLength(first, path, sizeBytes)
  const rest = end > first.length ? await fetchBytes(place, path, [first.length, end]) : Buffer.alloc(0)
  await writeFile(join(place.folder, `${path}.header`), Buffer.concat([first, rest]).subarray(0, end))
  return { file: path, fileBytes: sizeBytes }
}

/** Bytes [from, to) of a file. Throws UserError `hub/unexpected` where other ones come. */
export async function fetchBytes(
  { client, repository }: Pick<EvidencePlace, 'client' | 'repository'>,
  path: string,
  [from, to]: readonly [number, number],
): Promise<Buffer> {
  if (to === from) return Buffer.alloc(0)
  const url = fileUrl(client, repository, path)
  const bytes = await client.bytes(url, {
    subject: subjectOf(client, repository, path),
    headers: { 'accept-encoding': 'identity', range: `bytes=${from}-${to - 1}` },
    maxBytes: to - from,
  })
  if (bytes.length !== to - from) throw new UserError('hub/unexpected', { host: url.host, found: `${bytes.length} B` })
  return bytes
}

const AdapterConfig = z.object({ base_model_name_or_path: z.string().max(300).catch('') })

async function fetchAdapterBase({ client, repository, files }: EvidencePlace): Promise<string> {
  const file = files.find(({ path }) => path === 'adapter_config.json')
  if (!file) return ''
  const url = fileUrl(client, repository, file.path)
  const subject = subjectOf(client, repository, file.path)
  return (await client.json(url, AdapterConfig, { subject, maxBytes: 1e6 })).base_model_name_or_path
}
