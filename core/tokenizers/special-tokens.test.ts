import { expect, it } from 'vitest'
import { SpecialTokens } from './special-tokens.ts'

const token = (id: number, text: string, strips: { left?: boolean; right?: boolean } = {}) => ({
  id,
  text,
  hidden: true,
  stripsLeft: strips.left ?? false,
  stripsRight: strips.right ?? false,
})

const partsOf = (tokens: SpecialTokens, text: string) =>
  tokens.split(text).map((part) => (typeof part === 'string' ? part : part.id))

it('finds the leftmost token, then the longest', () => {
  const tokens = new SpecialTokens([token(1, '<s>'), token(2, '<s>x'), token(3, '[a|b]')])
  expect(partsOf(tokens, '前<s>xy<s> [a|b]')).toEqual(['前', 2, 'y', 1, ' ', 3])
})

it('swallows spaces beside tokens that ask for it', () => {
  const tokens = new SpecialTokens([token(1, '<mask>', { left: true }), token(2, '<r>', { right: true })])
  expect(partsOf(tokens, 'a <mask> b <r>  c<r>')).toEqual(['a', 1, ' b ', 2, 'c', 2])
})

it('leaves text alone where there are no tokens', () => {
  expect([partsOf(new SpecialTokens([]), 'a'), partsOf(new SpecialTokens([]), '')]).toEqual([['a'], []])
})

it('finds whole words only where it is told to', () => {
  const tokens = new SpecialTokens([{ ...token(1, 'ねこ'), wholeWord: true }])
  expect(['ねこ', 'ねこ。', ' ねこ ', '𠮷ねこ', 'ねこ_', 'いねこ'].map((text) => partsOf(tokens, text))).toEqual([
    [1],
    [1, '。'],
    [' ', 1, ' '],
    ['𠮷ねこ'],
    ['ねこ_'],
    ['いねこ'],
  ])
})

it('does not take a byte order mark for a space', () => {
  expect(partsOf(new SpecialTokens([token(1, '<r>', { left: true, right: true })]), 'a\ufeff <r> \ufeffb')).toEqual([
    'a\ufeff',
    1,
    '\ufeffb',
  ])
})
