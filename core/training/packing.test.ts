import { describe, expect, it } from 'vitest'
import { packRows, padBatch, capturedLength } from './packing.ts'
import type { TokenRow } from '../samples/token-row.ts'

/** A row whose ids are unlike every other row's; the first `prompt` tokens do not count. */
const row = (length: number, prompt: number, base: number): TokenRow => ({
  ids: Int32Array.from({ length }, (_, index) => base + index),
  labelMask: Uint8Array.from({ length }, (_, index) => Number(index >= prompt)),
})

describe('packing', () => {
  it('puts short rows behind each other, each from position 0 in a segment of its own, and leaves out the last token, which is only a label', () => {
    const packed = packRows([row(3, 1, 10), row(6, 4, 20), row(4, 2, 30)], 100)
    expect(packed).toEqual({
      sequences: 2,
      tokensPerSequence: 5,
      ids: Int32Array.of(20, 21, 22, 23, 24, 30, 31, 32, 10, 11),
      positions: BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 0n, 1n, 2n, 0n, 1n),
      segments: Int32Array.of(1, 1, 1, 1, 1, 2, 2, 2, 0, 0),
      lengths: Int32Array.of(6, 6, 6, 6, 6, 4, 4, 4, 3, 3),
      targets: Int32Array.of(3, 4, 6, 7, 8, 9),
      labels: BigInt64Array.of(24n, 25n, 32n, 33n, 11n, 12n),
      tokenCount: 13,
    })
  })

  it('marks places without a token', () => {
    const { ids, segments } = packRows([row(7, 1, 10), row(6, 1, 20)], 100)
    expect([ids.length, [...segments].filter((segment) => segment === -1).length]).toEqual([11, 0])
    const equal = packRows([row(900, 1, 0), row(700, 1, 0)], 2000)
    expect([equal.sequences, [...equal.segments].filter((segment) => segment === -1).length]).toEqual([2, 200])
  })

  it('counts every label of every row once, whatever the lengths', () => {
    const seed = Math.floor(Math.random() * 1e9)
    console.log('packing seed', seed)
    const random = (index: number, limit: number) => Math.floor((Math.abs(Math.sin(seed + index)) * 1e4) % limit)
    const rows = Array.from({ length: 30 }, (_, index) => row(2 + random(index, 60), 1, 1000 * (index + 1)))
    const { ids, segments, targets, labels, sequences, tokensPerSequence, positions } = packRows(rows, 512)
    expect([...labels].sort()).toEqual(rows.flatMap((one) => [...one.ids.slice(1)].map(BigInt)).sort())
    targets.forEach((place, index) => expect(BigInt(ids[place]!) + 1n).toBe(labels[index]))
    expect(sequences * tokensPerSequence).toBe(ids.length)
    for (const [place, segment] of segments.entries())
      if (segment >= 0) expect(rows[segment]!.ids[Number(positions[place])]).toBe(ids[place])
  })

  it('chooses longer sequences where that saves padding, and no longer ones than needed', () => {
    const rows = [row(41, 1, 0), row(31, 1, 100), row(31, 1, 200)]
    const shape = (maxTokens?: number) => {
      const { sequences, tokensPerSequence } = packRows(rows, maxTokens)
      return [sequences, tokensPerSequence]
    }
    expect([shape(128), shape(99), shape()]).toEqual([
      [1, 100],
      [3, 40],
      [3, 40],
    ])
    const equal = packRows([row(65, 29, 0), row(65, 29, 100), row(65, 29, 200), row(65, 29, 300)], 512)
    expect([equal.sequences, equal.tokensPerSequence]).toEqual([4, 64])
  })

  it('pads batches to few sizes, and packs rows into what would be padding', () => {
    expect([1, 64, 65, 250, 257, 513, 700, 1025].map(capturedLength)).toEqual([64, 64, 128, 256, 320, 640, 768, 1280])
    const rows = [row(131, 1, 0), row(61, 1, 200), row(51, 31, 300), row(11, 1, 400)]
    const shape = ({ sequences, tokensPerSequence, targets: { length } }: ReturnType<typeof packRows>) => [
      sequences,
      tokensPerSequence,
      length,
    ]
    expect(
      [packRows(rows, 256), padBatch(packRows(rows, 256)), padBatch(packRows(rows, 256, true))].map(shape),
    ).toEqual([
      [2, 130, 220],
      [2, 192, 256],
      [1, 256, 256],
    ])
  })

  it('keeps tokens, labels and segments of a padded batch, and adds targets at its end', () => {
    const batch = packRows(Array.from({ length: 19 }, (_, index) => row(60 + index, 1, 100 * index)))
    const padded = padBatch(batch)
    expect([
      batch.sequences,
      batch.tokensPerSequence,
      padded.sequences,
      padded.tokensPerSequence,
      padded.targets.length,
    ]).toEqual([19, 77, 20, 128, 1536])
    const placed = ({ ids, positions, segments, targets, labels }: typeof batch, count: number) =>
      Array.from(targets.subarray(0, count), (place, index) => [
        ids[place],
        positions[place],
        segments[place],
        labels[index],
      ])
    expect(placed(padded, batch.targets.length)).toEqual(placed(batch, batch.targets.length))
    expect([new Set(padded.targets).size, [...padded.segments].filter((segment) => segment >= 0).length]).toEqual([
      1536,
      [...batch.segments].filter((segment) => segment >= 0).length,
    ])
  })

  it('has some dozens of shapes to record for rows of any length', () => {
    const random = (index: number) => Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1
    const lengthOf = (index: number) =>
      Math.round(
        Math.min(
          2048,
          Math.max(
            8,
            400 *
              Math.exp(Math.sqrt(-2 * Math.log(random(2 * index) + 1e-9)) * Math.cos(6.2832 * random(2 * index + 1))),
          ),
        ),
      )
    const shapes = Array.from({ length: 500 }, (_, step) =>
      padBatch(
        packRows(
          [0, 1].map((index) => row(lengthOf(2 * step + index), 4, 0)),
          2048,
          true,
        ),
      ),
    )
    expect(
      new Set(
        shapes.map(({ sequences, tokensPerSequence, targets }) =>
          [sequences, tokensPerSequence, targets.length].join(),
        ),
      ).size,
    ).toBeLessThan(50)
  })

  it('does not compute what follows the last counted token', () => {
    const labelMask = Uint8Array.of(0, 1, 1, 0, 0)
    expect(packRows([{ ids: Int32Array.of(1, 2, 3, 4, 5), labelMask }]).tokensPerSequence).toBe(2)
  })
})
