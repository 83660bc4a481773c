import i18next from 'i18next'
import { beforeAll, describe, expect, it } from 'vitest'
import * as en from './locales/en/index.ts'
import * as ja from './locales/ja/index.ts'
import type { ErrorCode } from '../../../core/contract/index.ts'
import { errorSentence, fillPlaces, logSentence } from '../../language/texts.ts'

beforeAll(async () => {
  await i18next.init({
    lng: 'ja',
    resources: { ja, en },
    defaultNS: 'common',
    interpolation: { prefix: '{', suffix: '}' },
  })
})

describe('errorSentence', () => {
  it('names the setting by its label, and codes by their words', () => {
    const error = {
      code: 'setting/type',
      facts: { setting: 'training.epochs', found: 'abc', expected: 'integer' },
    } as const
    expect(errorSentence(error, 'ja')).toContain('「学習回数（エポック）」の値「abc」')
    expect(errorSentence(error, 'ja')).toContain('整数が必要です')
    expect(errorSentence(error, 'en')).toBe('The value "abc" of "Epochs" cannot be used (a whole number is needed).')
  })

  it('keeps a code that this version does not know in view', () => {
    expect(errorSentence({ code: 'new/code' as ErrorCode, facts: {} }, 'en')).toContain('new/code')
  })
})

describe('fillPlaces', () => {
  it('separates thousands and keeps the space beside names and numbers', () => {
    expect(fillPlaces('全 {totalSteps} ステップ、装置 {name} です', { totalSteps: 12345, name: 'CPU' }, 'ja')).toBe(
      '全 12,345 ステップ、装置 CPU です',
    )
  })

  it('leaves a place without its fact as it is', () => {
    expect(fillPlaces('{missing}', {}, 'en')).toBe('{missing}')
  })
})

it('shows an unknown log line by its code and facts', () => {
  expect(logSentence({ time: '', level: 'info', code: 'run/later', facts: { step: 3 } }, 'ja')).toBe('run/later 3')
})

type Tree = { readonly [key: string]: string | Tree }
const leaves = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : leaves(value, `${path}${key}.`),
  )

describe('the locales', () => {
  const places = (text: string) => [...new Set(text.match(/\{\w+/g) ?? [])].sort()
  it.each(Object.keys(ja) as (keyof typeof ja)[])(
    '%s: both languages have every text, with the same places',
    (feature) => {
      const english = new Map(leaves(en[feature] as Tree))
      for (const [key, text] of leaves(ja[feature] as Tree)) {
        expect(text, key).not.toBe('')
        expect(english.get(key), key).toBeTruthy()
        expect(places(english.get(key) ?? ''), key).toEqual(places(text))
      }
    },
  )
})
