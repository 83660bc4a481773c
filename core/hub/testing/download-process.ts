// A process of its own that a test kills: `download-process URL MODELS` downloads owner/model of the server into a
// folder of models.
import { HubModelId, HubRevision } from '../../contract/index.ts'
import { createHubClient } from '../../net/hub-client.ts'
import { createNetwork } from '../../net/network.ts'
import { listFiles } from '../../net/repository.ts'
import { chosenFiles } from '../model-files.ts'
import { ModelDownloads } from '../model-downloads.ts'

const [url = '', models = ''] = process.argv.slice(2)
const client = createHubClient({
  endpoint: new URL(url),
  network: createNetwork(async () => null),
  token: async () => null,
})
const downloads = new ModelDownloads({
  client,
  folder: () => models,
  emit: (name, payload) => process.send?.({ name, payload }),
  convert: async () => null,
  now: () => performance.now(),
  date: () => new Date(),
  ranged: { saveEveryMs: 0, pieceBytes: 65_536 },
})
const [id, revision] = [HubModelId.parse('owner/model'), HubRevision.parse('main')]
void listFiles(client, { kind: 'models', id, revision }).then((files) =>
  downloads.start({ id, revision, commit: revision, files: chosenFiles(files) }),
)
