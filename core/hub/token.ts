import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { HubToken } from '../contract/index.ts'
import type { Secrets } from '../files/secrets.ts'

interface FoundToken extends Pick<HubToken, 'source' | 'protection'> {
  readonly token: string | null
}

/** The token to use: the one stored here, else HF_TOKEN, else the one that huggingface-cli has stored. */
export async function findToken(secrets: Secrets, environment: NodeJS.ProcessEnv): Promise<FoundToken> {
  const stored = await secrets.read()
  if (stored?.secret.trim()) return { token: stored.secret.trim(), source: 'stored', protection: stored.protection }
  const candidates: readonly [Exclude<HubToken['source'], 'stored' | null>, () => Promise<string | null>][] = [
    ['environment', async () => environment['HF_TOKEN'] ?? environment['HUGGING_FACE_HUB_TOKEN'] ?? null],
    ['huggingface-cli', () => readFile(standardFile(environment), 'utf8').catch(() => null)],
  ]
  for (const [source, read] of candidates) {
    const token = (await read())?.trim()
    if (token) return { token, source, protection: null }
  }
  return { token: null, source: null, protection: null }
}

/** Where Hugging Face's own tools keep their token. */
function standardFile(environment: NodeJS.ProcessEnv): string {
  const cache = environment['XDG_CACHE_HOME'] ?? join(environment['HOME'] ?? homedir(), '.cache')
  return environment['HF_TOKEN_PATH'] ?? join(environment['HF_HOME'] ?? join(cache, 'huggingface'), 'token')
}
