import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HubToken } from '../contract/index.ts'
import type { Secrets } from './secrets.ts'

interface FoundToken {
  readonly token: string | null
  readonly source: HubToken['source']
}

/** The token to use: the one stored here, else HF_TOKEN, else the one that huggingface-cli has stored. */
export async function findToken(secrets: Secrets, environment: NodeJS.ProcessEnv): Promise<FoundToken> {
  const candidates: readonly [Exclude<HubToken['source'], null>, () => Promise<string | null>][] = [
    ['stored', () => secrets.read()],
    ['environment', async () => environment['HF_TOKEN'] ?? environment['HUGGING_FACE_HUB_TOKEN'] ?? null],
    ['huggingface-cli', () => readFile(standardFile(environment), 'utf8').catch(() => null)],
  ]
  for (const [source, read] of candidates) {
    const token = (await read())?.trim()
    if (token) return { token, source }
  }
  return { token: null, source: null }
}

/** Where Hugging Face's own tools keep their token. */
function standardFile(environment: NodeJS.ProcessEnv): string {
  const cache = environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache')
  return environment['HF_TOKEN_PATH'] ?? join(environment['HF_HOME'] ?? join(cache, 'huggingface'), 'token')
}
