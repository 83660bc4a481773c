import { cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { loadModel } from './loaded-model.ts'

const shipped = join(import.meta.dirname, '../../resources/models/terakoya-tiny-ja')
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-loaded-'))
  for (const name of ['config.json', 'spiece.model', 'tokenizer_config.json'])
    await cp(join(shipped, name), join(folder, name))
  await symlink(join(shipped, 'model.safetensors'), join(folder, 'model.safetensors'))
})
afterEach(() => rm(folder, { recursive: true }))

const endsWith = async (generation: string) => {
  await writeFile(join(folder, 'generation_config.json'), generation)
  return [...(await loadModel(folder)).endTokens]
}

it.each([
  ['{"eos_token_id": 7}', [2, 7]],
  ['{"eos_token_id": [7, 2, 9]}', [2, 7, 9]],
  ['{"eos_token_id": null}', [2]],
  ['{}', [2]],
  ['{"eos_token_id": "</s>"}', [2]],
  ['{"eos_token_id": [-1]}', [2]],
])('takes the end tokens of generation_config.json too: %s', async (text, ends) => {
  expect(await endsWith(text)).toEqual(ends)
})

it('names a generation_config.json that is damaged', async () => {
  await expect(endsWith('not JSON')).rejects.toMatchObject({ error: { code: 'checkpoint/json-invalid' } })
})

it('takes the mark behind an answer of the chat template too', async () => {
  const template = '{% for m in messages %}{{ m.content }}<pad>{% endfor %}'
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ eos_token: '</s>', chat_template: template }))
  expect([...(await loadModel(folder)).endTokens]).toEqual([2, 3])
})
