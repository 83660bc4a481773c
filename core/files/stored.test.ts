import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UserError } from '../contract/errors.ts'
import { defineStored, migration, type StoredDefinition } from './stored.ts'

const Point = z.object({ x: z.number(), y: z.number() })
const definition: StoredDefinition<z.infer<typeof Point>> = {
  name: 'point',
  schema: Point,
  migrations: [
    migration(z.array(z.number()), ([x, y]) => ({ left: x, top: y })),
    migration(z.object({ left: z.number(), top: z.number() }), ({ left, top }) => ({ x: left, y: -top })),
  ],
  maxBytes: 100,
}
const point = defineStored(definition)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'stored-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a stored file', () => {
  it('is written with its version, and read back', async () => {
    const file = join(folder, 'point.json')
    await point.write(file, { x: 1, y: 2 })
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ version: 3, x: 1, y: 2 })
    expect(await point.read(file)).toEqual({ x: 1, y: 2 })
  })

  it('goes through the migrations from its version on', () => {
    expect(point.parse('[1, 2]')).toEqual({ x: 1, y: -2 })
    expect(point.parse('{"version": 2, "left": 1, "top": 2}')).toEqual({ x: 1, y: -2 })
    expect(point.parse('{"version": 3, "x": 1, "y": 2}')).toEqual({ x: 1, y: 2 })
  })

  it.each(['', '{', '[1]', '{"version": 3}', '{"version": 0, "x": 1, "y": 2}', '{"version": "3", "x": 1, "y": 2}'])(
    'is damaged: %s',
    (text) => {
      expect(point.tryParse(text)).toBe(null)
      expect(() => point.parse(text)).toThrow()
    },
  )

  it('of a later version is refused, or read as far as this version knows it', () => {
    const text = '{"version": 4, "x": 1, "y": 2, "z": 3}'
    expect(() => point.parse(text)).toThrow('point: version 4 is later than 3')
    expect(defineStored({ ...definition, later: 'read' }).parse(text)).toEqual({ x: 1, y: 2 })
  })

  it('fails with the codes of its definition', async () => {
    const coded = defineStored({ ...definition, missing: 'experiment/incomplete', damaged: 'experiment/damaged' })
    const [damaged, large] = [join(folder, 'damaged'), join(folder, 'large')]
    await writeFile(damaged, '{')
    await writeFile(large, `{"version": 3, "x": 1, "y": 2}${' '.repeat(100)}`)
    const codeOf = (file: string) => coded.read(file).catch((error: UserError) => error.error)
    expect(await codeOf(join(folder, 'none'))).toMatchObject({ code: 'experiment/incomplete' })
    for (const file of [damaged, large, folder])
      expect(await codeOf(file)).toMatchObject({ code: 'experiment/damaged', facts: { file } })
    await expect(point.read(damaged)).rejects.toThrow(SyntaxError)
  })
})
