import { describe, expect, it } from 'vitest'
import { text } from '../../texts/index.ts'
import { namesOf, optimizers } from '../optimization/index.ts'
import {
  checkSetting,
  defaultSettings,
  generationSettingsOf,
  GenerationSettings,
  isShown,
  parseSettings,
  presets,
  settingCatalogue,
  settingKeys,
  settingOf,
  settingTexts,
} from './index.ts'

describe('the settings catalogue', () => {
  it('has a default that passes its own check, except for the dataset, which only the user knows', () => {
    const problems = settingKeys
      .map((key) => checkSetting(key, settingOf(key).default))
      .filter((problem) => problem !== null)
    expect(problems).toEqual([{ key: 'dataset.id', code: 'setting/not-chosen', found: '' }])
  })

  it('has texts for exactly its settings, their choices and the presets', () => {
    const { settings, presets: named } = text('en')
    expect(Object.keys(settings).sort()).toEqual([...settingKeys].sort())
    for (const key of settingKeys) {
      const definition = settingOf(key)
      const options = settingTexts(key, 'en').options
      expect([key, options && Object.keys(options).sort()]).toEqual([
        key,
        definition.kind === 'choice' ? [...definition.choices].sort() : undefined,
      ])
    }
    expect(Object.keys(named)).toEqual(presets.map(({ id }) => id))
  })

  it('names only existing settings in its conditions and presets', () => {
    const named = [
      ...settingKeys.flatMap((key) => Object.keys(settingOf(key).shownWhen ?? {})),
      ...presets.flatMap(({ values }) => Object.keys(values)),
    ]
    expect(named.filter((key) => !(key in settingCatalogue))).toEqual([])
  })

  it('offers every optimizer and schedule of the lists, the default first', () => {
    const { 'training.optimizer': optimizer, 'training.schedule': schedule } = settingCatalogue
    expect(optimizer.choices[0]).toBe('AdamW')
    expect([...optimizer.choices].sort()).toEqual(namesOf(optimizers))
    expect(schedule.choices).toEqual(['cosine', 'constant', 'linear'])
    // Words of the language where it has some, else the name that the optimizer brings.
    const { options } = settingTexts('training.optimizer', 'ja')
    expect([options?.['Lion'], options?.['RMSprop']]).toEqual(['Lion（省メモリ、学習率は小さめに）', 'RMSprop'])
    expect(settingOf('training.min_learning_rate_ratio').shownWhen).toEqual({
      'training.schedule': ['cosine', 'linear'],
    })
  })

  it('shows the sampling settings only while sampling is on', () => {
    const values = defaultSettings()
    expect(isShown('prediction.top_p', values)).toBe(false)
    expect(isShown('prediction.top_p', { ...values, 'prediction.do_sample': true })).toBe(true)
  })
})

describe('parseSettings', () => {
  it('reads numbers and switches written as text, as a command line gives them', () => {
    const { values, problems } = parseSettings({
      'dataset.id': 'x',
      'training.epochs': '5',
      'training.learning_rate': '1e-4',
      'prediction.do_sample': 'true',
    })
    expect(problems).toEqual([])
    expect([values['training.epochs'], values['training.learning_rate'], values['prediction.do_sample']]).toEqual([
      5,
      0.0001,
      true,
    ])
  })

  it('keeps the blanks of markers, which are taken literally, and no others', () => {
    const { values } = parseSettings({
      'dataset.id': ' x ',
      'dataset.text_answer_separator': '\n',
      'general.experiment_name': ' a ',
    })
    expect([values['dataset.id'], values['dataset.text_answer_separator'], values['general.experiment_name']]).toEqual([
      'x',
      '\n',
      'a',
    ])
  })

  it('reports every problem with its setting and what was found', () => {
    const { problems } = parseSettings({
      'dataset.id': '',
      'training.epochs': 1.5,
      'training.batch_size': 0,
      'training.schedule': 'Sine',
      'training.lora_rank': 4,
    })
    expect(problems).toEqual([
      { key: 'training.lora_rank', code: 'setting/unknown', found: '4' },
      { key: 'dataset.id', code: 'setting/not-chosen', found: '' },
      { key: 'training.epochs', code: 'setting/type', found: '1.5', expected: 'integer' },
      { key: 'training.batch_size', code: 'setting/range', found: '0', min: 1, max: 256 },
      { key: 'training.schedule', code: 'setting/choice', found: 'Sine', expected: 'cosine, constant, linear' },
    ])
  })

  it('takes the words of files of before for what they meant', () => {
    const read = (dtype: unknown) => parseSettings({ 'dataset.id': 'x', 'architecture.backbone_dtype': dtype })
    expect(read('float32').values['architecture.backbone_dtype']).toBe('as-stored')
    expect(read('float32').problems).toEqual([])
    for (const wrong of ['toString', 'float64', 32])
      expect(read(wrong).problems).toMatchObject([{ key: 'architecture.backbone_dtype', code: 'setting/choice' }])
  })

  const hostile = [
    { toString: 1 },
    { toString: 1, valueOf: null },
    JSON.parse('{"__proto__":{"toString":1}}'),
    Object.create(null),
    [[[]]],
    [{ toString: 1 }],
    null,
    {},
    [],
    true,
    -1,
    1e308,
    NaN,
    '',
    '💥'.repeat(5000),
    'chat',
    JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`),
  ] as unknown[]

  it('names a problem of bounded length for values of any kind, and gives values that fit all the same', () => {
    for (const key of [...settingKeys, 'nothing.such', 'toString', '__proto__', 'x'.repeat(5000)]) {
      for (const value of hostile) {
        const { values, problems } = parseSettings(
          Object.fromEntries([
            ['dataset.id', 'x'],
            [key, value],
          ]),
        )
        for (const problem of problems)
          expect(
            [problem.key.length, problem.found.length].every((length) => length <= 121),
            key,
          ).toBe(true)
        expect(parseSettings({ ...values, 'dataset.id': 'x' }), key).toEqual({
          values: { ...values, 'dataset.id': 'x' },
          problems: [],
        })
        if (!(settingKeys as string[]).includes(key))
          expect(problems.map(({ code }) => code)).toEqual(['setting/unknown'])
      }
    }
  })
})
describe('the settings of an answer', () => {
  const settings = generationSettingsOf(defaultSettings())

  it('are the whole prediction group, and nothing else', () => {
    expect(GenerationSettings.parse(settings)).toEqual(settings)
    expect(Object.keys(settings)).toEqual(settingKeys.filter((key) => settingOf(key).group === 'prediction'))
    const { 'prediction.seed': _, ...incomplete } = settings
    for (const wrong of [incomplete, { ...settings, 'training.epochs': 1 }, null, [], 'x'])
      expect(GenerationSettings.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false)
  })

  it('are refused outside of the catalogue, and as texts of numbers', () => {
    for (const wrong of [{ 'prediction.top_p': 2 }, { 'prediction.top_k': '3' }, { 'prediction.do_sample': 1 }])
      expect(GenerationSettings.safeParse({ ...settings, ...wrong }).success, JSON.stringify(wrong)).toBe(false)
  })
})
