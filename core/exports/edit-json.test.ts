import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { editedJson } from './edit-json.ts'

const newFolder = temporaryFolders()

it('changes entries and keeps numbers as they are written', async () => {
  const file = join(await newFolder(), 'config.json')
  await writeFile(
    file,
    '\uFEFF{"a":1.0,"eps":1e-05,"big":12345678901234567890,"s":"1.0 \\"2\\" あ","l":[-2.50],"gone":3}',
  )
  expect(await editedJson(file, { gone: undefined, a: 2, new: [1] }, 1_000)).toBe(
    '{\n  "a": 2,\n  "eps": 1e-05,\n  "big": 12345678901234567890,\n  "s": "1.0 \\"2\\" あ",\n  "l": [\n    -2.50\n  ],\n  "new": [\n    1\n  ]\n}\n',
  )
})
