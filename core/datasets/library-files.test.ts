import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sweep } from './library-files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-sweep-'))
})
afterEach(() => rm(folder, { recursive: true }))

const uuid = '01234567-89ab-cdef-0123-456789abcdef'
async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), 'x')
  }
}

describe('sweeping a library', () => {
  it('leaves everything that somebody else has put there', async () => {
    const others = [
      'sales.parquet',
      'sales.parquet.wal',
      'report.import',
      'table.rows',
      'notes.tmp',
      'd2026.parquet',
      'd20261130-abc123.parquet',
      'd20261130-abc123.csv',
      'backup-d20261130-abc123.1.parquet',
      'd20261130-abc123.duckdb',
      'd20261130-abc123.duckdb.wal',
      'folder.tmp/notes.txt',
      '.work/notes.txt',
      '.work/drafts.tmp/chapter.txt',
      '.index.json',
    ]
    await put(...others)
    await sweep(folder)
    const left = (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
    expect(left.sort()).toEqual(others.map((name) => join(folder, name)).sort())
  })

  it('removes what work has left, also that of earlier versions', async () => {
    const id = 'd20261130-abc123'
    await put(
      ...[
        'duckdb.import',
        'duckdb.import.wal',
        'duckdb.import.tmp/0.block',
        'duckdb.tmp/0.block',
        'rows',
        'rows.wal',
        'rows.import',
        'rows.import.wal',
        'rows.parquet',
        '0.parquet',
        '12.parquet',
      ].map((ending) => `${id}.${ending}`),
    )
    await put(`.export.parquet.${uuid}.tmp`)
    await put(
      ...[
        `${id}.duckdb.draft`,
        `${id}.duckdb.draft.wal`,
        `${id}.duckdb`,
        `${id}.duckdb.parquet`,
        `${id}.3.parquet`,
        `${id}.parquet`,
        `${uuid}.tmp`,
        `${uuid.replace('0', '1')}.tmp/0.block`,
      ].map((name) => `.work/${name}`),
    )
    await sweep(folder)
    expect(await readdir(folder, { recursive: true })).toEqual(['.work'])
  })

  it.skipIf(process.platform === 'win32')('does not follow a work folder that leads elsewhere', async () => {
    await put('elsewhere/d20261130-abc123.parquet', 'library/mine.txt')
    await symlink(join(folder, 'elsewhere'), join(folder, 'library', '.work'))
    await sweep(join(folder, 'library'))
    expect(await readdir(join(folder, 'elsewhere'))).toEqual(['d20261130-abc123.parquet'])
    expect(
      (await readdir(join(folder, 'library'), { withFileTypes: true })).map((entry) => [
        entry.name,
        entry.isDirectory(),
      ]),
    ).toEqual([
      ['.work', true],
      ['mine.txt', false],
    ])
  })

  it('says so where a file lies in the place of the work folder, and leaves it', async () => {
    await put('.work')
    await expect(sweep(folder)).rejects.toMatchObject({ error: { code: 'library/unwritable', facts: { folder } } })
    expect(await readdir(folder)).toEqual(['.work'])
  })
})
