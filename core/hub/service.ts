import { dirname } from 'node:path'
import { z } from 'zod'
import { HubRevision, UserError, type Events, type Handlers, type HubToken } from '../contract/index.ts'
import { describeDataset, searchDatasets } from './datasets.ts'
import { downloadsFolder, modelsFolder } from './download-paths.ts'
import { Downloads } from './downloads.ts'
import { ModelDownloads, type ModelRequest } from './model-downloads.ts'
import { inspectHubModel, searchModels, type InspectedModel, type ModelSources } from './models.ts'
import { createHubClient, type HubClient } from '../net/hub-client.ts'
import { createNetwork, type Network, type ProxyFor, proxyFromEnvironment, refusing } from '../net/network.ts'
import { createPublisher, type HubPublisher } from './publish.ts'
import { keepSecret, type SecretCipher, type Secrets } from '../files/secrets.ts'
import { conversionIn } from '../local-models/gguf-conversion.ts'
import { typeInName } from './gguf-models.ts'
import { findToken } from './token.ts'

type HubHandlers = { [N in keyof Handlers as N extends `hub.${infer C}` ? C : never]: Handlers[N] }

/** What a host knows better than the environment's variables. */
export interface HubHost {
  /** The system's keychain; absent where the host has none. */
  readonly cipher?: SecretCipher
  /** The system's proxy, asked where the environment names none. */
  readonly systemProxy?: ProxyFor
}

export interface HubServiceOptions extends HubHost {
  readonly preferencesFile: string
  /** The library that is open. */
  readonly libraryFolder: () => string
  /** What is asked about models before they are downloaded. */
  readonly models: Omit<ModelSources, 'client'>
  /** Whether the studio imports files of such a name. */
  readonly mayHoldTable: (name: string) => boolean
  readonly emit: <N extends 'hub.progress' | 'hub.downloads' | 'models.changed'>(name: N, payload: Events[N]) => void
  readonly environment?: NodeJS.ProcessEnv
  /** The user wants no connection to the internet. */
  readonly isOffline?: () => boolean
  readonly now?: () => number
}

export interface HubService extends HubHandlers {
  readonly publisher: HubPublisher
  /** Another library is opened: downloads into the one before are paused. */
  leaveLibrary(): Promise<void>
  /** Pauses downloads (what has arrived is kept) and ends connections. */
  disconnect(): Promise<void>
  close(): Promise<void>
}

const DEFAULT_ENDPOINT = 'https://huggingface.co'
const TOKEN_FILE = 'hugging-face-token'

/** Datasets and models of the Hugging Face Hub, or of the server that HF_ENDPOINT names. */
export function createHubService(options: HubServiceOptions): HubService {
  const environment = options.environment ?? process.env
  const secrets = keepSecret({
    folder: dirname(options.preferencesFile),
    name: TOKEN_FILE,
    ...(options.cipher && { cipher: options.cipher }),
  })
  const network = networkOf(environment, options)
  const current = () => findToken(secrets, environment)
  const client = createHubClient({
    endpoint: endpointOf(environment),
    network,
    token: async () => (await current()).token,
  })
  const downloads = new Downloads({
    client,
    folder: () => downloadsFolder(options.libraryFolder()),
    mayHoldTable: options.mayHoldTable,
    emit: options.emit,
    now: options.now ?? (() => performance.now()),
  })
  const sources = { client, ...options.models }
  const models = new ModelDownloads({
    client,
    folder: () => modelsFolder(options.libraryFolder()),
    emit: options.emit,
    now: options.now ?? (() => performance.now()),
    date: () => new Date(),
    convert: (folder) => conversionIn(folder, options.models.reader),
  })
  async function disconnect(): Promise<void> {
    await Promise.all([downloads.close(), models.close()])
    await network.close()
  }
  return {
    publisher: createPublisher({ client, network, token: async () => (await current()).token }),
    searchDatasets: ({ query }) => searchDatasets(client, query),
    dataset: ({ id }) => describeDataset(client, id, options.mayHoldTable),
    download: async (request) => ({ downloadId: downloads.start(request) }),
    async cancel({ downloadId }) {
      await ((await models.has(downloadId)) ? models.cancel(downloadId) : downloads.cancel(downloadId))
      return null
    },
    discard: ({ downloadId }) => downloads.discard(downloadId).then(() => null),
    downloads: () => models.list(),
    pause: ({ downloadId }) => models.pause(downloadId).then(() => null),
    resume: ({ downloadId }) => models.resume(downloadId).then(() => null),
    searchModels: ({ query }) => searchModels(sources, query),
    model: async (wanted) => (await inspectHubModel(sources, wanted)).model,
    async downloadModel(wanted) {
      return models.start(requestOf(await inspectHubModel(sources, wanted)))
    },
    ...tokenHandlers({ client, secrets, current }),
    async leaveLibrary() {
      await models.list()
    },
    disconnect,
    close: disconnect,
  }
}

/** The download of a model that was looked at. Throws UserError for one that cannot be used. */
function requestOf({ model, chosen }: InspectedModel): ModelRequest {
  const { id, revision, commit, gguf, problem } = model
  if (problem) throw new UserError(problem.code, problem.facts)
  return {
    id,
    revision,
    commit: HubRevision.parse(commit),
    files: chosen,
    gguf: gguf && { type: typeInName(gguf.file), modelBytes: gguf.modelBytes },
  }
}

interface TokenParts {
  readonly client: HubClient
  readonly secrets: Secrets
  readonly current: () => ReturnType<typeof findToken>
}

function tokenHandlers({
  client,
  secrets,
  current,
}: TokenParts): Pick<HubHandlers, 'token' | 'setToken' | 'clearToken'> {
  const state = async (): Promise<HubToken> => {
    const { source, protection } = await current()
    return { source, protection, canEncrypt: secrets.canEncrypt }
  }

  return {
    token: state,
    async setToken({ token, allowPlainFile }) {
      if (!/^[\x21-\x7e]+$/.test(token)) throw new UserError('hub/token-invalid')
      const { name } = await client.json(client.url('api/whoami-v2'), z.object({ name: z.string() }), { token })
      await secrets.write(token, allowPlainFile)
      return { ...(await state()), userName: name }
    },
    async clearToken() {
      await secrets.clear()
      return state()
    },
  }
}

/** Through the proxy of environment or system; none where HF_HUB_OFFLINE is set, as for Hugging Face's own tools. */
function networkOf(
  environment: NodeJS.ProcessEnv,
  { systemProxy, isOffline = () => false }: Pick<HubServiceOptions, 'systemProxy' | 'isOffline'>,
): Network {
  const isOfflineBySystem = /^(1|true|yes|on)$/i.test(environment['HF_HUB_OFFLINE'] ?? '')
  return refusing(createNetwork(withSystem(proxyFromEnvironment(environment), systemProxy)), () =>
    isOfflineBySystem ? new UserError('hub/offline-mode') : isOffline() ? new UserError('net/offline') : null,
  )
}

/** HF_ENDPOINT, as Hugging Face's own tools read it. */
function endpointOf(environment: NodeJS.ProcessEnv): URL {
  const wanted = environment['HF_ENDPOINT'] || DEFAULT_ENDPOINT
  return new URL(URL.canParse(wanted) ? wanted : DEFAULT_ENDPOINT)
}

const withSystem =
  (first: ProxyFor, second: ProxyFor = async () => null): ProxyFor =>
  async (url) =>
    (await first(url)) ?? second(url)
