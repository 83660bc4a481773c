import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { defaultSettings, generationSettingsOf } from '../contract/index.ts'
import { openRuntime } from '../runtime/index.ts'
import { answer, closeModels } from './engine-chat.ts'
import type { GenerateEvent, GenerateTarget } from './engine-protocol.ts'

const root = join(import.meta.dirname, '..', '..')
const nothing = { session: 0, tensor: 0, binding: 0 }
let folder: string
let adapterFolder: string

/** The recorded adapter, which has learnt nothing yet, with another alpha. */
async function adapterWith(alpha: number): Promise<string> {
  const target = join(folder, `alpha-${alpha}`)
  await cp(join(root, 'core', 'training', 'fixtures', 'initial_adapter'), target, { recursive: true })
  const file = join(target, 'adapter_config.json')
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), lora_alpha: alpha }))
  return target
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-chat-'))
  adapterFolder = await adapterWith(16)
})
afterAll(() => rm(folder, { recursive: true }))

const target = (adapter: string | null): GenerateTarget => ({ modelFolder: join(root, 'resources', 'models', 'terakoya-tiny-ja'), adapterFolder: adapter, format: { kind: 'template' }, messages: [{ role: 'user', content: 'こんにちは' }] })

async function answersOf(targets: readonly GenerateTarget[], onEvent: (event: GenerateEvent) => void = () => {}): Promise<string[]> {
  const texts: string[] = []
  const hear = (event: GenerateEvent) => {
    onEvent(event)
    if (event.kind === 'failed') throw new Error(event.error.code)
    if (event.kind === 'done') texts[event.target] = event.answer.text
  }
  await answer({ device: 'cpu', targets, settings: generationSettingsOf(defaultSettings()) }, { signal: new AbortController().signal, onEvent: hear })
  return texts
}

it('closes open models, and those that are answering after their answer', async () => {
  const both = [target(null), target(adapterFolder)]
  const wanted = await answersOf(both)
  // The adapter has learnt nothing yet.
  expect(wanted[0]).toBe(wanted[1])
  expect(openRuntime().live().session).toBe(2)
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)

  const speaking = new Set<number>()
  const closing: Promise<void>[] = []
  const closeOnce = (event: GenerateEvent) => {
    if (event.kind === 'token' && speaking.add(event.target).size === both.length && closing.length === 0) closing.push(closeModels())
  }
  expect(await answersOf(both, closeOnce)).toEqual(wanted)
  expect(closing).toHaveLength(1)
  await closing[0]
  expect(openRuntime().live()).toEqual(nothing)
})

it('opens as many models as can be asked at once, each once, and closes the one that was not used for longest for another', async () => {
  const targets = [null, ...(await Promise.all([1, 2, 3].map(adapterWith)))].map(target)
  const texts = await answersOf(targets)
  expect(new Set(texts).size).toBe(1)
  expect(openRuntime().live().session).toBe(4)
  await answersOf([target(adapterFolder)])
  expect(openRuntime().live().session).toBe(4)
  await closeModels()
  expect(openRuntime().live()).toEqual(nothing)
})
