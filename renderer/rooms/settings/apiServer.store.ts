import { create } from 'zustand'
import type { ApiModel, ApiServerState, AppError, Result } from '../../../core/contract/index.ts'
import * as api from './settings.api.ts'

interface ApiServer {
  /** Null until the host has told it. */
  readonly server: ApiServerState | null
  readonly models: readonly ApiModel[]
  /** A key that was just made: the host does not give it again. */
  readonly newKey: string | null
  /** A second press replaces the key. */
  readonly isArmed: boolean
  readonly isBusy: boolean
  readonly error: AppError | null
}

/** Mirror of the server for OpenAI's clients, which the host owns. All session scope. */
export const useApiServer = create<ApiServer>()(() => ({
  server: null,
  models: [],
  newKey: null,
  isArmed: false,
  isBusy: false,
  error: null,
}))

/** Follows the server and what it answers for, as long as the card is shown; returns what ends it and forgets the key. */
export function connectApiServer(): () => void {
  void load()
  const ends = [
    api.onApiServer((server) => useApiServer.setState({ server })),
    api.onModels(() => void loadModels()),
    api.onLibrary(() => void load()),
  ]
  return () => {
    ends.forEach((end) => end())
    useApiServer.setState({ newKey: null, isArmed: false, error: null })
  }
}

async function load(): Promise<void> {
  take(await api.readApiServer())
  await loadModels()
}

async function loadModels(): Promise<void> {
  const result = await api.readApiModels()
  if (result.ok) useApiServer.setState({ models: result.value })
}

function take(result: Result<ApiServerState, AppError>): void {
  useApiServer.setState(result.ok ? { server: result.value } : { error: result.error })
}

/** On or off. The first time there is no key yet: it is made, and shown. */
export const switchApiServer = (isOn: boolean): Promise<void> =>
  busy(async () => {
    const hasKey = useApiServer.getState().server?.hasKey ?? false
    if (isOn && !hasKey && !(await makeKey())) return
    take(await (isOn ? api.startApiServer() : api.stopApiServer()))
  })

/** The first press asks, the second replaces the key. */
export async function pressReplaceKey(): Promise<void> {
  if (!useApiServer.getState().isArmed) return useApiServer.setState({ isArmed: true })
  await busy(async () => void (await makeKey()))
}

export const disarmKey = (): void => useApiServer.setState({ isArmed: false })
export const hideKey = (): void => useApiServer.setState({ newKey: null })

async function makeKey(): Promise<boolean> {
  const result = await api.replaceApiKey()
  useApiServer.setState(result.ok ? { newKey: result.value.key } : { error: result.error })
  return result.ok
}

async function busy(work: () => Promise<void>): Promise<void> {
  if (useApiServer.getState().isBusy) return
  useApiServer.setState({ isBusy: true, isArmed: false, error: null })
  await work()
  useApiServer.setState({ isBusy: false })
}

/** A request that can be pasted into a terminal. */
export function curlExample(
  address: string,
  model: string,
  { key, question }: { key: string; question: string },
): string {
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: question }] })
  return [
    `curl ${address}/chat/completions \\`,
    `  -H "Authorization: Bearer ${key}" \\`,
    `  -H "Content-Type: application/json" \\`,
    `  -d '${body.replaceAll("'", "'\\''")}'`,
  ].join('\n')
}
