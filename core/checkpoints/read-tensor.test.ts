import { readSync } from 'node:fs'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { withFilePiece } from './read-tensor.ts'
import type { TensorPlace } from './tensor-types.ts'

const folder = await mkdtemp(join(tmpdir(), 'terakoya-piece-'))
afterAll(() => rm(folder, { recursive: true }))
const path = join(folder, 'weights')
beforeEach(() => writeFile(path, Uint8Array.of(0, 1, 2, 3, 4, 5)))
const place: TensorPlace = { dtype: 'uint8', shape: [4], file: 'weights', offset: 2, length: 4 }

describe("a tensor's file, opened for others", () => {
  it('is there to be read as long as they need it', async () => {
    const bytes = new Uint8Array(4)
    const fd = await withFilePiece(folder, place, async (piece) => {
      await Promise.resolve()
      expect(readSync(piece.fd, bytes, 0, piece.byteLength, piece.position)).toBe(4)
      return piece.fd
    })
    expect(bytes).toEqual(Uint8Array.of(2, 3, 4, 5))
    expect(() => readSync(fd, bytes)).toThrow('EBADF')
  })

  it('is said to be too short, also where it becomes so', async () => {
    const truncated = { error: { code: 'checkpoint/truncated', facts: { file: path, expected: 6, found: 5 } } }
    await expect(
      withFilePiece(folder, place, async () => {
        await truncate(path, 5)
        throw new Error('nothing there')
      }),
    ).rejects.toMatchObject(truncated)
    await expect(withFilePiece(folder, place, async () => {})).rejects.toMatchObject(truncated)
  })

  it('is said not to be there, or not to be readable; what else goes wrong is not its fault', async () => {
    await expect(withFilePiece(folder, { ...place, file: 'none' }, async () => {})).rejects.toMatchObject({
      error: { code: 'file/not-found' },
    })
    await expect(withFilePiece(folder, { ...place, file: 'no\0name' }, async () => {})).rejects.toMatchObject({
      error: { code: 'file/unreadable' },
    })
    await expect(
      withFilePiece(folder, place, async () => void readSync(9999, new Uint8Array(1))),
    ).rejects.toMatchObject({ error: { code: 'file/unreadable', facts: { reason: 'EBADF' } } })
    const stopped = AbortSignal.abort().reason as Error
    await expect(withFilePiece(folder, place, () => Promise.reject(stopped))).rejects.toBe(stopped)
  })
})
