import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { languageFor, languageIds, languageOf, sourceLanguage, text, type Language } from './index.ts'
import { errorSentence, fill, formatNumber, logSentence, reasonSentence, wordOfFact } from './sentences.ts'

type Tree = { readonly [key: string]: string | Tree }

/** Every text under its path, as `rooms.shell.commands.toggleTheme`. */
const leaves = (tree: Tree, path = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[`${path}${key}`, value]] : leaves(value, `${path}${key}.`),
  )
const textsOf = (language: Language) => new Map(leaves(text(language) as unknown as Tree))
const places = (template: string) => [...new Set(template.match(/\{\w+\}/g) ?? [])].sort()
const isPlural = (path: string) => /_(zero|one|two|few|many)$/.test(path)

describe.each(languageIds)('the texts in %s', (language) => {
  const source = textsOf(sourceLanguage)
  const own = textsOf(language)

  it('are all there, none empty, with the same places', () => {
    expect([...own.keys()].filter((path) => !isPlural(path)).sort()).toEqual(
      [...source.keys()].filter((path) => !isPlural(path)).sort(),
    )
    const wrong = [...own]
      .filter(([path]) => !isPlural(path))
      .filter(([path, found]) => found === '' || `${places(found)}` !== `${places(source.get(path)!)}`)
    expect(wrong).toEqual([])
  })

  it('have every plural form of the language, and no place that the general form lacks', () => {
    const forms = new Intl.PluralRules(text(language).language.locale).resolvedOptions().pluralCategories
    const missing = [...own.keys()]
      .filter((path) => path.endsWith('_other'))
      .flatMap((path) => forms.map((form) => path.replace(/other$/, form)))
      .filter((path) => !own.get(path))
    expect(missing).toEqual([])
    const unknown = [...own].filter(([path, found]) => {
      const general = own.get(path.replace(/_\w+$/, '_other')) ?? ''
      return isPlural(path) && places(found).some((place) => !places(general).includes(place))
    })
    expect(unknown).toEqual([])
  })

  it('end every sentence of an error with a full stop', () => {
    expect(Object.values(text(language).errors).filter((sentence) => !/[.。]$/.test(sentence))).toEqual([])
  })

  it('explain every setting in at most two sentences', () => {
    for (const { help } of Object.values(text(language).settings))
      expect(help.split(/。|[.;:](?=\s|$)/).length - 1, help).toBeLessThanOrEqual(language === 'ja' ? 2 : 3)
  })

  it('lie in one folder with the files of the first language', () => {
    const filesOf = (id: Language) => readdirSync(join(import.meta.dirname, id), { recursive: true }).sort()
    expect(filesOf(language)).toEqual(filesOf(sourceLanguage))
  })

  it('name the language so that its readers know it, with locales that Intl has', () => {
    const { name, locale, compactLocale } = text(language).language
    expect(name).toBe(new Intl.DisplayNames([language], { type: 'language' }).of(language))
    expect(Intl.DateTimeFormat.supportedLocalesOf([locale, compactLocale])).toEqual([
      ...new Set([locale, compactLocale]),
    ])
    expect(locale.split('-')[0]).toBe(language)
  })
})

it('has a folder for each language, and no other', () => {
  const folders = readdirSync(import.meta.dirname, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  expect([...languageIds].sort()).toEqual(folders.map(({ name }) => name).sort())
})

describe('the language', () => {
  it('is the first that the system, the browser or the terminal asks for and the studio has', () => {
    expect(languageOf(['ja-JP'])).toBe('ja')
    expect(languageOf(['ja_JP.UTF-8'])).toBe('ja')
    expect(languageOf(['JA'])).toBe('ja')
    expect(languageOf('fr-CH, ja;q=0.9, en;q=0.8'.split(','))).toBe('ja')
    expect(languageOf(['en-GB', 'ja'])).toBe('en')
  })

  it('is English where the studio has none of them, or what is asked for instead', () => {
    expect(languageOf(['fr'])).toBe('en')
    expect(languageOf([''])).toBe('en')
    expect(languageOf(['constructor', 'javanese'])).toBe('en')
    expect(languageOf([], 'ja')).toBe('ja')
  })

  it('follows the system only where the preference says so', () => {
    expect([languageFor('system', 'ja'), languageFor('en', 'ja'), languageFor('ja', 'en')]).toEqual(['ja', 'en', 'ja'])
  })
})

describe('fill', () => {
  it('separates thousands and shows four digits of what is not whole', () => {
    expect(fill('全 {totalSteps} ステップ、損失 {loss} です', { totalSteps: 12345, loss: 0.123456 }, 'ja')).toBe(
      '全 12,345 ステップ、損失 0.1235 です',
    )
    expect([formatNumber(1234567.891, 'en'), formatNumber(-1, 'en')]).toEqual(['1,235,000', '-1'])
  })

  it('leaves a place without its fact as it is, also one called as something that every object has', () => {
    expect(fill('{missing} {toString}', {}, 'en')).toBe('{missing} {toString}')
  })

  it('puts texts in as they are', () => {
    expect(fill('{a}{b}', { a: '$&{b}', b: '$1' }, 'en')).toBe('$&{b}$1')
  })
})

describe('words of facts', () => {
  it('name settings, devices, programs, reasons and kinds of values', () => {
    const words = (language: Language) => [
      wordOfFact('setting', 'training.epochs', language),
      wordOfFact('device', 'cuda', language),
      wordOfFact('program', 'cli', language),
      wordOfFact('reason', 'engine-exit', language),
      wordOfFact('expected', 'integer', language),
    ]
    expect(words('ja')).toEqual([
      '学習回数（エポック）',
      'NVIDIA GPU（CUDA）',
      'コマンド',
      '計算エンジンが終了しました',
      '整数',
    ])
    expect(words('en')).toEqual(['Epochs', 'NVIDIA GPU (CUDA)', 'a command', 'the engine ended', 'a whole number'])
  })

  it('are null for a fact that is called as something that every object has', () => {
    for (const name of ['setting', 'why', 'program', 'expected', 'device', 'toString', 'constructor'])
      expect(wordOfFact(name, 'toString', 'ja')).toBeNull()
  })
})

describe('sentences', () => {
  it('of an error name the setting by its label, and codes by their words', () => {
    const error = { code: 'setting/type', facts: { setting: 'training.epochs', found: 'abc', expected: 'integer' } }
    expect(errorSentence(error, 'ja')).toBe('「学習回数（エポック）」の値「abc」は使えません（整数が必要です）。')
    expect(errorSentence(error, 'en')).toBe('The value "abc" of "Epochs" cannot be used (a whole number is needed).')
  })

  it('keep a code that this version does not know in view', () => {
    expect(errorSentence({ code: 'new/code', facts: {} }, 'en')).toContain('new/code')
    expect(logSentence({ code: 'run/later', facts: { step: 3 } }, 'ja')).toBe('run/later 3')
  })

  it('of a log line may be those of an error', () => {
    expect(logSentence({ code: 'run/stopped', facts: { step: 1200 } }, 'en')).toBe('Stopped at step 1,200.')
    expect(logSentence({ code: 'file/not-found', facts: { file: 'a' } }, 'en')).toBe('The file "a" was not found.')
  })

  it('about a device name the file where one is to blame', () => {
    expect(reasonSentence('platform', undefined, 'en')).toBe('Not available on this system.')
    expect(reasonSentence('pack-changed', 'libcublas.so', 'en')).toContain('"libcublas.so" of the GPU pack')
  })
})
