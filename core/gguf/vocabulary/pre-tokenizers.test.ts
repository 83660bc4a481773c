import { describe, expect, it } from 'vitest'
import { preTokenizerFor } from './pre-tokenizers.ts'

const byteLevel = (useRegex: boolean) => ({ type: 'ByteLevel', add_prefix_space: false, use_regex: useRegex })
const split = (regex: string) => ({ type: 'Split', pattern: { Regex: regex }, behavior: 'Isolated', invert: false })
const sequence = (...pretokenizers: unknown[]) => ({ type: 'Sequence', pretokenizers })

/** As Llama 3 writes it; others write the same in other words. */
const LLAMA3 =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
const LLAMA3_SPELLED = LLAMA3.replace('(?i:', '(?:').replace(
  "'s|'t|'re|'ve|'m|'ll|'d",
  "'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]",
)

describe('the pre-tokenizer that cuts alike', () => {
  it.each([
    ['gpt-2', byteLevel(true), false],
    ['llama-bpe', sequence(split(LLAMA3), byteLevel(false)), true],
    ['llama-bpe', sequence(split(LLAMA3_SPELLED), byteLevel(false)), true],
    ['dbrx', sequence(split(LLAMA3), byteLevel(false)), false],
    ['qwen2', sequence(split(LLAMA3.replace('{1,3}', '')), byteLevel(false)), false],
    ['starcoder', sequence({ type: 'Digits', individual_digits: true }, byteLevel(true)), false],
  ])('is %s', (name, json, ignoresMerges) => {
    expect(preTokenizerFor(json, ignoresMerges)).toEqual({ name, isExact: true })
  })

  it('is the nearest where none does', () => {
    const ownDigits = sequence(split(LLAMA3.replace('{1,3}', '{1,2}')), byteLevel(false))
    expect(preTokenizerFor(ownDigits, false)).toEqual({ name: 'dbrx', isExact: false })
    expect(preTokenizerFor({ type: 'Unheard' }, false)).toEqual({ name: 'gpt-2', isExact: false })
  })
})
