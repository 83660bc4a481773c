import { writeFileSync } from 'node:fs'
import { cp, link, lstat, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderPath, UserError, type LibraryMove } from '../contract/index.ts'
import { useDisk } from '../files/disk.ts'
import { faultyDisk } from '../files/testing/faulty-disk.ts'
import { cloudOf } from './cloud.ts'
import { comingNote, movedNote, moveNote } from './notes.ts'
import { createLibraryMover, type LibraryMoverOptions, type MoveMemory } from './service.ts'
import { usageOf } from './usage.ts'

let home: string
let library: string
let memory: MoveMemory & { libraryFolder?: string }
let told: LibraryMove[]

const put = async (path: string, text: string) => {
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, text)
}

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'terakoya-move-')))
  library = join(home, 'ライブラリ')
  memory = { movingTo: null, leftLibraries: [] }
  told = []
  await put(join(library, 'datasets', 'a.duckdb'), 'x'.repeat(5000))
  await put(join(library, 'models', '犬', 'model.safetensors'), 'y'.repeat(4_300_000))
  await put(join(library, 'models', '.draft-b', '.download.json'), '{}')
  await put(join(library, 'experiments', 'e', 'checkpoints', '4', 'state.json'), '')
  await mkdir(join(library, 'trash'))
  await put(join(library, '.terakoya-lock'), 'ours')
  await put(join(library, '家計簿.xlsx'), "the user's own")
  await symlink(home, join(library, 'models', 'link'))
})
afterEach(() => rm(home, { recursive: true }))

const mover = (changes: Partial<LibraryMoverOptions> = {}) =>
  createLibraryMover({
    folder: () => memory.libraryFolder ?? library,
    isNamed: false,
    requireIdle: async () => undefined,
    async relocate(_, { copy, commit }) {
      await copy()
      await commit()
    },
    memory: () => memory,
    remember: async (more) => {
      memory = { ...memory, ...more }
    },
    requireUnused: async () => undefined,
    emit: (_, move) => void told.push(move),
    report: (_, error) => {
      throw error
    },
    ...changes,
  })

const moved = async (folder: string, changes: Partial<LibraryMoverOptions> = {}) => {
  const studio = mover(changes)
  await studio.move({ folder: FolderPath.parse(folder) })
  await expect.poll(() => told.at(-1)?.state, { timeout: 10_000 }).toMatch(/done|failed|cancelled/)
  return { studio, last: told.at(-1)! }
}
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof UserError ? error.error.code : String(error)),
  )

/** Every file of a folder with its contents and time. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name)
      const { mtimeMs } = await lstat(path)
      found[path.slice(folder.length)] = `${Math.round(mtimeMs)} ${(await readFile(path, 'utf8')).slice(0, 99)}`
    }
  return found
}
const ours = (contents: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(contents).filter(([path]) => /^[\\/](datasets|models|experiments|trash)/.test(path)),
  )

describe('what a library takes', () => {
  it('is told by kind: links lead nowhere, and a file with two names counts once', async () => {
    await link(join(library, 'models', '犬', 'model.safetensors'), join(library, 'models', 'same'))
    const { kinds, bytes, freeBytes } = await usageOf(library)
    expect(kinds).toEqual([
      { kind: 'models', bytes: 4_300_002, files: 2 },
      { kind: 'experiments', bytes: 0, files: 1 },
      { kind: 'datasets', bytes: 5000, files: 1 },
    ])
    expect([bytes, freeBytes! > 0]).toEqual([4_305_002, true])
  })

  it('is nothing where the folder is away, and ends where it is told to', async () => {
    expect(await usageOf(join(home, 'away'))).toMatchObject({ kinds: [], bytes: 0, freeBytes: null })
    await expect(usageOf(library, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })
})

describe('where a library may go', () => {
  const plan = (...steps: string[]) => mover().plan({ folder: FolderPath.parse(join(home, ...steps)) })

  it('is an empty folder, a new one, or one of ours beside other things', async () => {
    await mkdir(join(home, 'empty'))
    await put(join(home, 'shown', '.DS_Store'), '')
    await put(join(home, 'full', 'x.txt'), '')
    expect(await plan('empty')).toMatchObject({ from: library, to: join(home, 'empty'), bytes: 4_305_002, files: 4 })
    expect((await plan('shown')).to).toBe(join(home, 'shown'))
    expect((await plan('new', 'deeper')).to).toBe(join(home, 'new', 'deeper'))
    expect((await plan('full')).to).toBe(join(home, 'full', 'Terakoya Studio'))
    // Nothing is left of the trial.
    expect(await readdir(join(home, 'empty'))).toEqual([])
    expect(await readdir(home)).not.toContain('new')
  })

  it('is not where it is, in or around it, or where another library is', async () => {
    await symlink(library, join(home, 'alias'))
    await put(join(home, 'full', 'Terakoya Studio', 'x'), '')
    await put(join(home, 'file'), '')
    expect(await codeOf(plan('ライブラリ'))).toBe('library/move-same')
    expect(await codeOf(plan('alias'))).toBe('library/move-same')
    expect(await codeOf(plan('ライブラリ', 'models', 'new'))).toBe('library/move-inside')
    expect(await codeOf(plan('alias', 'new'))).toBe('library/move-inside')
    expect(await codeOf(plan('full'))).toBe('library/move-taken')
    expect(await codeOf(plan('file'))).toBe('library/not-folder')
    expect((await plan()).to).toBe(join(home, 'Terakoya Studio'))
  })

  it('can be written to', async () => {
    const restore = useDisk(faultyDisk({ fault: { at: 1, kind: 'EROFS', forGood: true }, within: home }))
    expect(await codeOf(plan('new')).finally(restore)).toBe('library/unwritable')
  })

  it.each([
    ['/home/a/Google Drive/library', 'google-drive'],
    ['/content/drive/MyDrive/llm', 'google-drive'],
    ['G:\\マイドライブ\\学習', 'google-drive'],
    ['/Users/a/Library/CloudStorage/GoogleDrive-a@example.com/My Drive/x', 'google-drive'],
    ['C:\\Users\\a\\OneDrive - 学校\\x', 'onedrive'],
    ['/Users/a/Library/Mobile Documents/com~apple~CloudDocs/x', 'icloud'],
    ['/home/a/Dropbox/x', 'dropbox'],
    ['/home/a/Nextcloud/x', 'nextcloud'],
    ['/home/a/drive/x', null],
    ['/home/a/mybox/x', null],
    ['/mnt/onedrives/x', null],
  ])('%s is kept by %s', (path, service) => expect(cloudOf(path)).toBe(service))

  it('is told of where the next start would not find it', async () => {
    const named = mover({ isNamed: true })
    const { warnings } = await named.plan({ folder: FolderPath.parse(join(home, 'Dropbox', 'x')) })
    expect(warnings).toEqual([{ kind: 'cloud', service: 'dropbox' }, { kind: 'named' }])
  })
})

describe('a library', () => {
  it('is the same in its new place, and its old copy stays until it is deleted', async () => {
    const before = await contentsOf(library)
    const to = join(home, 'drive', 'new')
    const { studio, last } = await moved(to)
    expect(last).toMatchObject({ state: 'done', doneBytes: 4_305_002, totalBytes: 4_305_002, error: null })
    expect(told.map(({ state }) => state)).toContain('checking')
    expect(await contentsOf(to)).toEqual(ours(before))
    expect(await readdir(join(to, 'trash'))).toEqual([])
    expect(memory).toEqual({ libraryFolder: to, movingTo: null, leftLibraries: [library] })
    expect(ours(await contentsOf(library))).toEqual(ours(before))

    const [left] = await studio.left({})
    expect(left).toMatchObject({ folder: library, movedTo: to, bytes: 4_305_002 })
    expect(await codeOf(studio.removeLeft({ id: '0'.repeat(16) }))).toBe('library/not-left')
    const held = mover({ requireUnused: () => Promise.reject(new UserError('library/locked')) })
    expect(await codeOf(held.removeLeft({ id: left!.id }))).toBe('library/locked')
    await studio.removeLeft({ id: left!.id })
    // What is not ours stays.
    expect((await readdir(library)).sort()).toEqual(['.terakoya-lock', '家計簿.xlsx'])
    expect([await studio.left({}), memory.leftLibraries]).toEqual([[], []])
    expect(await contentsOf(to)).toEqual(ours(before))
  })

  it('is deleted nowhere but where it was left', async () => {
    const { studio } = await moved(join(home, 'new'))
    const { id } = (await studio.left({}))[0]!
    await moveNote.write(movedNote(library), { from: home, to: home, at: '2026-01-01T00:00:00.000Z' })
    expect(await studio.left({})).toEqual([])
    expect(await codeOf(studio.removeLeft({ id }))).toBe('library/not-left')
    await rm(movedNote(library))
    expect(await codeOf(studio.removeLeft({ id }))).toBe('library/not-left')
    expect(await readdir(join(library, 'models'))).toContain('犬')
  })

  it('moves back into a folder that it has left, once that is empty', async () => {
    const to = join(home, 'new')
    const { studio } = await moved(to)
    expect((await studio.plan({ folder: FolderPath.parse(library) })).to).toBe(join(library, 'Terakoya Studio'))
    await rm(join(library, '家計簿.xlsx'))
    await rm(join(library, '.terakoya-lock'))
    await studio.removeLeft({ id: (await studio.left({}))[0]!.id })
    told = []
    await moved(library)
    expect(memory).toMatchObject({ libraryFolder: library, leftLibraries: [to] })
  })

  it('stays where it is when the move is cancelled, and nothing is left of the copy', async () => {
    const before = await contentsOf(library)
    for (const state of ['copying', 'checking'] as const) {
      told = []
      const studio = mover({
        emit: (_, move) => {
          told.push(move)
          if (move.state === state) void studio.cancelMove({})
        },
      })
      await studio.move({ folder: FolderPath.parse(join(home, 'new')) })
      await studio.close()
      expect(told.at(-1)!.state).toBe('cancelled')
      expect([await readdir(home), memory.movingTo]).toEqual([['ライブラリ'], null])
    }
    expect(await contentsOf(library)).toEqual(before)
  })

  it.each(['ENOSPC', 'EIO'] as const)('survives %s at every write of the copy', async (kind) => {
    const before = await contentsOf(library)
    const codes = new Set<string | undefined>()
    for (let at = 1; ; at++) {
      const faulty = faultyDisk({ fault: { at, kind, when: 'during' }, within: join(home, 'new') })
      const restore = useDisk(faulty)
      told = []
      const { last } = await moved(join(home, 'new')).finally(restore)
      if (last.state === 'done') {
        // The note of the copy alone may stay.
        expect(faulty.seen.length - at).toBeLessThan(1)
        break
      }
      codes.add(last.error?.code)
      expect(memory).toMatchObject({ movingTo: null, leftLibraries: [] })
      expect(await contentsOf(library)).toEqual(before)
      await rm(join(home, 'new'), { recursive: true, force: true })
    }
    expect([...codes]).toEqual([kind === 'ENOSPC' ? 'disk-full' : 'library/unwritable'])
  })

  it('is not taken for moved where a byte reads otherwise, or another program writes meanwhile', async () => {
    const spoil = (path: string, code: string) => async () => {
      const { last } = await moved(join(home, 'new'), {
        emit: (_, move) => {
          if (move.state === 'checking' && move.doneBytes === 0) writeFileSync(path, 'z'.repeat(5000))
          told.push(move)
        },
      })
      expect(last).toMatchObject({ state: 'failed', error: { code } })
      expect([memory.libraryFolder, await readdir(home)]).toEqual([undefined, ['ライブラリ']])
      told = []
    }
    await spoil(join(home, 'new', 'datasets', 'a.duckdb'), 'library/move-damaged')()
    await spoil(join(library, 'datasets', 'a.duckdb'), 'library/move-changed')()
  })

  it('is not moved while something works in it, or twice at once', async () => {
    const busy = mover({ requireIdle: () => Promise.reject(new UserError('library/move-busy', { name: '犬' })) })
    const folder = FolderPath.parse(join(home, 'new'))
    expect(await codeOf(busy.move({ folder }))).toBe('library/move-busy')
    const studio = mover()
    const both = [studio.move({ folder }), studio.move({ folder })].map(codeOf)
    expect(await Promise.all(both)).toEqual(['fine', 'library/switching'])
    await studio.close()
  })

  it('never takes a library for a copy that was broken off, whatever note lies in it', async () => {
    const to = join(home, 'new')
    await moved(to)
    // The process ended before it had removed the note.
    await moveNote.write(comingNote(to), { from: library, to, at: '2026-01-01T00:00:00.000Z' })
    const other = join(home, 'other')
    await put(join(other, 'datasets', 'b.duckdb'), 'b')
    memory = { ...memory, libraryFolder: other }
    expect((await mover().plan({ folder: FolderPath.parse(to) })).to).toBe(join(to, 'Terakoya Studio'))
    await mover().sweep()
    expect(await readFile(join(to, 'datasets', 'a.duckdb'), 'utf8')).toHaveLength(5000)
  })

  it('is no old copy any more once it is opened again', async () => {
    const to = join(home, 'new')
    const { studio } = await moved(to)
    const [{ id } = { id: '' }] = await studio.left({})
    memory = { ...memory, libraryFolder: library }
    await studio.claim()
    memory = { ...memory, libraryFolder: to }
    await studio.claim()
    expect([await studio.left({}), memory.leftLibraries]).toEqual([[], []])
    expect(await codeOf(studio.removeLeft({ id }))).toBe('library/not-left')
    // Another studio of the account may remember it still.
    memory = { ...memory, leftLibraries: [library] }
    expect(await studio.left({})).toEqual([])
    expect(await codeOf(studio.removeLeft({ id }))).toBe('library/not-left')
  })

  it('leaves nothing where the process ended in the middle, and goes there all the same', async () => {
    const to = join(home, 'new')
    await cp(join(library, 'datasets'), join(to, 'datasets'), { recursive: true })
    await moveNote.write(comingNote(to), { from: library, to, at: '2026-01-01T00:00:00.000Z' })
    memory = { ...memory, movingTo: to }
    expect((await mover().plan({ folder: FolderPath.parse(to) })).to).toBe(to)
    await mover().sweep()
    expect([await readdir(home), memory.movingTo]).toEqual([['ライブラリ'], null])
    // A folder without our note is somebody else's.
    await put(join(to, 'datasets', 'x'), '')
    memory = { ...memory, movingTo: to }
    await mover().sweep()
    expect(await readdir(to)).toEqual(['datasets'])
  })
})
