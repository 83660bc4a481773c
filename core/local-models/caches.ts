// Models that other programs have brought: read where they lie, never changed.
import { opendir, readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join } from 'node:path'
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { HubModelId, HubRevision, ModelId } from '../contract/index.ts'
import { realPathInside } from '../files/inside.ts'
import { readJsonObject } from '../files/json-file.ts'
import { isFolder } from './library-models.ts'
import { MAX_MODELS, type Candidate, type Place } from './places.ts'

/** Where Hugging Face's own tools keep what they download, as they read the environment. */
export function hubCacheFolder(environment: NodeJS.ProcessEnv): string {
  const home = environment['HOME'] ?? homedir()
  const cache = environment['XDG_CACHE_HOME'] || join(home, '.cache')
  const hubHome = environment['HF_HOME'] || join(cache, 'huggingface')
  return environment['HF_HUB_CACHE'] || environment['HUGGINGFACE_HUB_CACHE'] || join(hubHome, 'hub')
}

/** Where LM Studio keeps models, in its newer and its older versions. */
export function lmStudioFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment['HOME'] ?? homedir()
  return [join(home, '.lmstudio', 'models'), join(home, '.cache', 'lm-studio', 'models')]
}

const MAX_SETTINGS_BYTES = 1_000_000
const Settings = z.object({ downloadsFolder: z.string().min(1).max(4_000).refine(isAbsolute) })

/** The folder that LM Studio's settings name, as its own `lms import` reads them; null where they name none. */
async function lmStudioChosenFolder(environment: NodeJS.ProcessEnv): Promise<string | null> {
  for (const models of lmStudioFolders(environment)) {
    const file = join(dirname(models), 'settings.json')
    const settings = await readJsonObject(file, { maxBytes: MAX_SETTINGS_BYTES }).catch(() => null)
    const parsed = Settings.safeParse(settings)
    if (parsed.success) return parsed.data.downloadsFolder
  }
  return null
}

/** The folder in which LM Studio looks for models now; null where it is not there, or has kept nothing here yet. */
export async function lmStudioFolder(environment: NodeJS.ProcessEnv): Promise<string | null> {
  const chosen = await lmStudioChosenFolder(environment)
  for (const folder of chosen === null ? lmStudioFolders(environment) : [chosen])
    if (await isFolder(folder)) return folder
  return null
}

/** The models of other programs. */
export const placesOfOthers = (environment: NodeJS.ProcessEnv | undefined): Place[] =>
  environment
    ? [
        hubCachePlace(hubCacheFolder(environment)),
        lmStudioPlace(() => lmStudioChosenFolder(environment)),
        ...lmStudioFolders(environment).map((folder) => lmStudioPlace(async () => folder)),
      ]
    : []

/** The folders in which a model may come or go. */
export const watchedFolders = (library: string, environment: NodeJS.ProcessEnv | undefined): string[] => [
  library,
  ...(environment ? [hubCacheFolder(environment), ...lmStudioFolders(environment)] : []),
]

/** A file of a model that the studio opens: folders without one hold other things. */
const MARKS = ['config.json', 'adapter_config.json']
const WEIGHTS = /^(model|adapter_model|pytorch_model)(-\d+-of-\d+)?\.(safetensors|bin)(\.index\.json)?$/

/**
 * Hugging Face's cache: `models--owner--name/snapshots/<commit>`, whose files are links into `blobs`; `refs/main` says
 * which commit counts. A model whose links lead out of its folder is not taken.
 */
export function hubCachePlace(folder: string): Place {
  const candidateIn = async (name: string): Promise<Candidate | null> => {
    const id = HubModelId.safeParse(/^models--(.+)$/.exec(name)?.[1]?.replace('--', '/')).data
    const commit = id && (await commitOf(join(folder, name)))
    if (!id || !commit) return null
    const snapshot = join(folder, name, 'snapshots', commit)
    if (!(await isFolder(snapshot)) || !(await isWholeInside(join(folder, name), snapshot))) return null
    const hub = { id, revision: HubRevision.parse('main'), commit }
    return { id: modelIdOf('hf', id), folder: snapshot, origin: 'hf-cache', hub }
  }
  return placeOf(async () => {
    const found = await Promise.all((await foldersIn(folder)).map(candidateIn))
    return found.filter((candidate) => candidate !== null)
  })
}

/** LM Studio's folder: `owner/name` with the files of the repository. Folders of GGUF files are not taken. */
export function lmStudioPlace(find: () => Promise<string | null>): Place {
  return placeOf(async () => {
    const folder = await find()
    if (folder === null) return []
    const found: Candidate[] = []
    for (const owner of await foldersIn(folder)) {
      for (const name of await foldersIn(join(folder, owner))) {
        const [id, inside] = [HubModelId.safeParse(`${owner}/${name}`).data, join(folder, owner, name)]
        if (!id || found.length >= MAX_MODELS || !(await isWholeInside(inside, inside))) continue
        const hub = { id, revision: HubRevision.parse('main'), commit: '' }
        found.push({ id: modelIdOf('lm', id), folder: inside, origin: 'lm-studio', hub })
      }
    }
    return found
  })
}

const placeOf = (list: Place['list']): Place => ({
  list,
  find: async (id) => (await list()).find((candidate) => candidate.id === id) ?? null,
})

const MAX_ID_CHARACTERS = 128

/** An id that a folder of the library has only by intent: `hf.owner--name`. */
function modelIdOf(place: 'hf' | 'lm', id: HubModelId): ModelId {
  const name = `${place}.${id.replace('/', '--')}`
  if (name.length <= MAX_ID_CHARACTERS) return ModelId.parse(name)
  const letters = createHash('sha256').update(id).digest('hex').slice(0, 8)
  return ModelId.parse(`${name.slice(0, MAX_ID_CHARACTERS - 9)}-${letters}`)
}

/** The commit that `main` means; where that is not noted, the only snapshot that there is. */
async function commitOf(folder: string): Promise<string | null> {
  const ref = await realPathInside(folder, join(folder, 'refs', 'main'))
  const noted = ref && (await readFile(ref, 'utf8').catch(() => ''))
  if (noted) return /^[0-9a-f]{7,64}$/.test(noted.trim()) ? noted.trim() : null
  const snapshots = (await foldersIn(join(folder, 'snapshots'))).filter((name) => /^[0-9a-f]{7,64}$/.test(name))
  return snapshots.length === 1 ? (snapshots[0] ?? null) : null
}

const MAX_FILES = 2_000

/** True for a folder of a model with weights, all of whose files lie in `root`, also those that links lead to. */
async function isWholeInside(root: string, folder: string): Promise<boolean> {
  const names: string[] = []
  for await (const { name } of (await opendir(folder).catch(() => null)) ?? [])
    if (names.push(name) > MAX_FILES) return false
  if (!MARKS.some((mark) => names.includes(mark)) || !names.some((name) => WEIGHTS.test(name))) return false
  const real = await Promise.all(names.map((name) => realPathInside(root, join(folder, name))))
  return real.every((path) => path !== null)
}

/** Names of the folders in a folder, links left out. */
async function foldersIn(folder: string): Promise<string[]> {
  const names: string[] = []
  for await (const entry of (await opendir(folder).catch(() => null)) ?? []) {
    if (entry.isDirectory() && !entry.name.startsWith('.')) names.push(entry.name)
    if (names.length >= MAX_MODELS) break
  }
  return names.sort()
}
