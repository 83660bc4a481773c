import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseModelFile, PieceType } from './model-file.ts'
import { SentencePiece } from './sentencepiece.ts'
import { fixture, linesOf, TINY_FOLDER } from './testing/test-support.ts'

interface Line {
  readonly model: string
  readonly text?: string
  readonly ids: number[]
  readonly decoded: string
}

const files: Record<string, string> = {
  tiny: `${TINY_FOLDER}/spiece.model`,
  llama_bpe: fixture('llama_bpe/tokenizer.model'),
  t5_line_ids: fixture('t5_line_ids/spiece.model'),
  t5_unigram_no_fallback: fixture('t5_unigram_no_fallback/spiece.model'),
}

describe.each(Object.keys(files))('the SentencePiece model %s', (name) => {
  const pieces = SentencePiece.parse(readFileSync(files[name]!), files[name]!)
  const lines = linesOf<Line>('decoded.json').filter(({ model }) => model === name)

  it('encodes emoji, CJK, newlines, control characters and empty text as recorded', () => {
    const texts = lines.filter(({ text }) => text !== undefined)
    expect(texts).toHaveLength(25)
    expect(texts.map(({ text }) => ({ text, ids: pieces.encode(text!) }))).toEqual(
      texts.map(({ text, ids }) => ({ text, ids })),
    )
  })

  it('decodes as recorded, broken bytes and marks included', () => {
    expect(lines.map(({ ids }) => ({ ids, decoded: pieces.decode(ids) }))).toEqual(
      lines.map(({ ids, decoded }) => ({ ids, decoded })),
    )
  })

  it('never streams half a character', () => {
    for (const { text, ids, decoded } of lines.filter((line) => line.text !== undefined)) {
      const decoder = pieces.streamDecoder()
      const parts = [...ids.map((id) => decoder.push(id)), decoder.end()]
      expect({ text, joined: parts.join(''), broken: parts.filter((part) => part.includes('\uFFFD')) }).toEqual({
        text,
        joined: decoded,
        broken: [],
      })
    }
  })
})

describe('pieces marked unused', () => {
  it('are never given, though longer pieces are made through them', () => {
    const model = parseModelFile(readFileSync(files['llama_bpe']!), 'tokenizer.model')
    const whole = new SentencePiece(model)
    const id = whole.encode('こんにちは').find((piece) => whole.pieceText(piece).length > 1)!
    const text = whole.pieceText(id)
    const types = model.types.slice()
    types[id] = PieceType.unused
    const without = new SentencePiece({ ...model, types })
    expect(without.encode('こんにちは')).not.toContain(id)
    expect({ text, decoded: without.decode(without.encode('こんにちは')) }).toEqual({ text, decoded: 'こんにちは' })
  })
})
