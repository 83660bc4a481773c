import { mkdir, rename, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { contracts, pathFields, type CallName, type Handlers, type PathUse } from '../contract/index.ts'
import type { CallDefinition } from '../contract/define.ts'
import { createDispatch } from './dispatch.ts'
import { PathGrants, type OwnPlaces } from './path-grants.ts'

const newFolder = temporaryFolders()
const library = join('/', 'home', 'user', 'Terakoya')
const own: OwnPlaces = {
  libraryFolder: () => library,
  ownFolders: () => [library, join('/', 'home', 'user', 'gpu-pack')],
}

/** Every call that takes a path, with that field and what else it needs. */
const rest: Readonly<Partial<Record<CallName, object>>> = {
  'datasets.import': {},
  'datasets.preview': {},
  'datasets.appendFile': { id: 'd1' },
  'datasets.export': { id: 'd1', format: 'csv' },
  'conversations.export': { id: 'c20260101-000000000000', format: 'json' },
  'system.setLibrary': {},
  'gpuPack.setFolder': {},
  'exports.plan': { id: 'e1' },
  'exports.start': { id: 'e1', form: 'merged' },
}
const definitions = Object.entries(contracts).flatMap(([feature, { calls }]) =>
  Object.entries(calls as Record<string, CallDefinition>).map(
    ([call, definition]) => [`${feature}.${call}` as CallName, definition] as const,
  ),
)
const marked = definitions.flatMap(([name, { input }]) =>
  pathFields(input).map((field) => ({ name, field: field.name, use: field.use })),
)
const inputOf = ({ name, field }: (typeof marked)[number], path: unknown) => ({ ...rest[name], [field]: path })

const contractOf = (name: CallName) => definitions.find(([each]) => each === name)![1].input

/** A host's window: what reaches a service is noted. */
function openWindow(places: OwnPlaces = own) {
  const grants = new PathGrants()
  const reached: string[] = []
  const handlers = Object.fromEntries(
    definitions.map(([name]) => [
      name,
      async () => {
        reached.push(name)
      },
    ]),
  ) as unknown as Handlers
  const dispatch = createDispatch(handlers, () => 'bug')
  const call = async (name: string, input: unknown) => grants.refusal(name, input, places) ?? dispatch(name, input)
  return { grants, reached, call }
}

describe('a window', () => {
  it('knows every call that takes a path', () => {
    expect(marked.map(({ name, field, use }) => `${name} ${field} ${use}`)).toEqual([
      'conversations.export target write',
      'datasets.import file read',
      'datasets.preview file read',
      'datasets.appendFile file read',
      'datasets.export target write',
      'exports.plan folder folder',
      'exports.start folder folder',
      'exports.start target write',
      'gpuPack.setFolder folder folder',
      'library.plan folder folder',
      'library.move folder folder',
      'models.addFolder folder folder',
      'models.addGguf file read',
      'system.setLibrary folder folder',
    ])
  })

  const foreign = [
    '/etc/passwd',
    'relative.csv',
    '../up.csv',
    './here.csv',
    `${library}/downloads/../secret.csv`,
    '/tmp/a\0.csv',
    '\\\\server\\share\\a.csv',
    '//server/share/a.csv',
    'C:\\Windows\\win.ini',
    'file:///etc/passwd',
    '~/.ssh/id_rsa',
    ' /etc/passwd',
    '/',
    '.',
    'x'.repeat(5000),
    '',
    7,
    null,
    ['/etc/passwd'],
    { path: '/etc/passwd' },
    undefined,
  ]
  it.each(marked)('is refused by $name what nobody picked', async (place) => {
    const { call, reached } = openWindow()
    const isOptional = contractOf(place.name).safeParse(inputOf(place, undefined)).success
    for (const path of foreign.filter((each) => each !== undefined || !isOptional))
      expect(await call(place.name, inputOf(place, path)), String(path)).toMatchObject({ ok: false })
    expect(reached).toEqual([])
  })

  it.each(marked)('is let through to $name with what was picked for it, and with nothing else', async (place) => {
    const { grants, call, reached } = openWindow()
    const path = join('/', 'home', 'user', '表')
    for (const use of (['read', 'write', 'folder'] satisfies PathUse[]).filter((each) => each !== place.use))
      grants.add(path, use)
    expect(await call(place.name, inputOf(place, path))).toMatchObject({
      error:
        place.use === 'folder'
          ? { code: 'folder/not-picked', facts: { folder: path } }
          : { code: 'file/not-picked', facts: { file: '表' } },
    })
    grants.add(path, place.use)
    expect(await call(place.name, inputOf(place, path))).toMatchObject({ ok: true })
    expect(await call(place.name, inputOf(place, `${path}x`))).toMatchObject({ ok: false })
    expect(reached).toEqual([place.name])
  })

  it('may choose again what the preferences name', async () => {
    const { call, reached } = openWindow()
    await call('system.setLibrary', { folder: library })
    await call('gpuPack.setFolder', { folder: join('/', 'home', 'user', 'gpu-pack') })
    expect(await call('datasets.export', { id: 'd1', format: 'csv', target: library })).toMatchObject({ ok: false })
    expect(reached).toEqual(['system.setLibrary', 'gpuPack.setFolder'])
  })

  it('is not let behind a link by a step upwards, and may name a picked file in another way', async () => {
    const folder = await newFolder()
    await mkdir(join(folder, 'other', 'deep'), { recursive: true })
    for (const file of ['table.csv', join('other', 'table.csv')]) await writeFile(join(folder, file), 'a\n')
    await symlink(join(folder, 'other', 'deep'), join(folder, 'link'))
    const { grants, call } = openWindow()
    grants.add(join(folder, 'table.csv'), 'read')
    // To the system this is other/table.csv.
    expect(await call('datasets.import', { file: `${folder}/link/../table.csv` })).toMatchObject({ ok: false })
    expect(await call('datasets.import', { file: `${folder}//./table.csv` })).toMatchObject({ ok: true })
  })

  it('keeps its grant of a file that is replaced', async () => {
    const folder = await newFolder()
    const file = join(folder, 'table.csv')
    await writeFile(file, 'a\n')
    const { grants, call } = openWindow()
    grants.add(file, 'read')
    await writeFile(join(folder, 'new.csv'), 'b\n')
    await rename(join(folder, 'new.csv'), file)
    expect(await call('datasets.import', { file })).toMatchObject({ ok: true })
  })

  it('reads what was downloaded, and does not write there', async () => {
    const folder = await newFolder()
    await mkdir(join(folder, 'downloads'))
    const file = join(folder, 'downloads', 'a.csv')
    await writeFile(file, 'a\n')
    const { call, reached } = openWindow({ libraryFolder: () => folder, ownFolders: () => [] })
    await call('datasets.import', { file })
    await call('datasets.export', { id: 'd1', format: 'csv', target: file })
    expect(reached).toEqual(['datasets.import'])
  })

  it('forgets the grant that was not used for longest when there are too many', () => {
    const { grants } = openWindow()
    for (let number = 0; number < 10_000; number++) grants.add(`/${number}`, 'read')
    expect(grants.has('/0', 'read')).toBe(true)
    grants.add('/10000', 'read')
    expect([grants.has('/0', 'read'), grants.has('/1', 'read'), grants.has('/10000', 'read')]).toEqual([
      true,
      false,
      true,
    ])
  })
})
