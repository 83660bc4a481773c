import { expect, it } from 'vitest'
import { HubModelId, ModelId } from '../contract/index.ts'
import { plainId } from './plain-id.ts'

const model = { id: 'owner--base-1.7b' }

it.each([
  ['Dog teacher', 'Dog-teacher'],
  ['ＡＢＣ　１', 'ABC-1'],
  ['犬の先生', 'owner-base-1.7b-lora'],
  ['12/01 10:30', 'owner-base-1.7b-lora'],
  ['犬 v2', 'v2'],
  ['--a..b--', 'a.b'],
  ['../../etc/passwd', 'etc-passwd'],
  ['', 'owner-base-1.7b-lora'],
])('of %j is %s', (name, id) => {
  expect(plainId({ name, model }, 'lora')).toBe(id)
})

it.each(['Dog teacher', '犬', 'a'.repeat(500), `${'a'.repeat(87)}-b`, '.hidden', 'x\u202egp.exe', 'a/b\\c:d'])(
  'of %j is one that the library and the Hub take',
  (name) => {
    const id = plainId({ name, model }, 'merged')
    expect(ModelId.safeParse(id).success).toBe(true)
    expect(HubModelId.safeParse(`owner/${id}`).success).toBe(true)
  },
)
