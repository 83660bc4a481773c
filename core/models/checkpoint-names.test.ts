import { describe, expect, it } from 'vitest'
import { namedAs } from './checkpoint-names.ts'

const llama = { embedding: 'model.embed_tokens.weight', outputLayers: ['lm_head.weight'], tied: false }
const tied = { ...llama, tied: true }
const text = { ...tied, embedding: 'model.language_model.embed_tokens.weight' }
const named = (names: readonly string[], ...rest: [typeof llama, { untied?: boolean }?]) =>
  [...namedAs(new Map(names.map((name) => [name, name])), ...rest)].sort()

describe('names of a checkpoint', () => {
  it('stay where they are those of the architecture', () => {
    const names = ['lm_head.weight', 'model.embed_tokens.weight', 'model.norm.weight']
    expect(named(names, llama)).toEqual(names.map((name) => [name, name]))
  })

  it('get the base module that they lack, the output layer excepted', () => {
    expect(named(['embed_tokens.weight', 'lm_head.weight', 'norm.weight'], llama)).toEqual([
      ['lm_head.weight', 'lm_head.weight'],
      ['model.embed_tokens.weight', 'embed_tokens.weight'],
      ['model.norm.weight', 'norm.weight'],
    ])
  })

  it('of a tied table are one, whichever are there', () => {
    const table = 'model.embed_tokens.weight'
    expect(named(['lm_head.weight'], tied)).toEqual([[table, 'lm_head.weight']])
    expect(named(['lm_head.weight', table], tied)).toEqual([[table, table]])
    expect(named(['lm_head.weight', table], tied, { untied: true })).toEqual([
      ['lm_head.weight', 'lm_head.weight'],
      [table, table],
    ])
  })

  it.each([
    ['language_model.model.', 'language_model.lm_head.weight'],
    ['model.language_model.', 'lm_head.weight'],
    ['language_model.', 'lm_head.weight'],
  ])('of a model of text and images are those of its text, as %s says them', (base, head) => {
    const images = ['vision_tower.embeddings.weight', 'model.vision_tower.norm.weight', 'multi_modal_projector.weight']
    const names = [`${base}embed_tokens.weight`, `${base}norm.weight`, head, ...images]
    expect(named(names, { ...text, tied: false })).toEqual([
      ['lm_head.weight', head],
      ['model.language_model.embed_tokens.weight', `${base}embed_tokens.weight`],
      ['model.language_model.norm.weight', `${base}norm.weight`],
    ])
  })
})
