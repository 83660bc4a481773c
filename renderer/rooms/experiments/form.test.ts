import { describe, expect, it } from 'vitest'
import {
  defaultSettings,
  isShown,
  parseSettings,
  presets,
  settingKeys,
  type Preset,
} from '../../../core/contract/index.ts'
import { changedKeys, groupsOf, presetValues, problemsOf, toSettings } from './form.ts'

const first = presets[0] as Preset
const values = presetValues(first, { 'dataset.id': 'rehabc' })

describe('groupsOf', () => {
  it('shows every setting once, but those whose condition does not hold', () => {
    const shown = groupsOf(values).flatMap(({ basic, advanced }) => [...basic, ...advanced])
    const hidden = settingKeys.filter((key) => !shown.includes(key))
    expect(hidden).toEqual(settingKeys.filter((key) => !isShown(key, defaultSettings())))
    expect(hidden).toEqual(
      expect.arrayContaining([
        'dataset.text_prompt_start',
        'prediction.temperature',
        'prediction.min_p',
        'prediction.bleu_tokenizer',
      ]),
    )
    expect(new Set(shown).size).toBe(shown.length)
  })

  it('opens the sampling settings with their switch', () => {
    const prediction = groupsOf({ ...values, 'prediction.do_sample': true }).find(({ group }) => group === 'prediction')
    expect(prediction?.basic).toContain('prediction.temperature')
  })

  it('begins with name, dataset and model', () => {
    expect(groupsOf(values)[0]).toEqual({
      group: 'general',
      basic: ['general.experiment_name', 'dataset.id', 'general.llm_backbone'],
      advanced: [],
    })
  })
})

describe('problemsOf', () => {
  it('finds nothing wrong with the preset once a dataset is chosen', () => {
    expect(problemsOf(values)).toEqual({})
  })

  it('names the setting, what was found and the bounds', () => {
    expect(
      problemsOf({ ...values, 'training.epochs': '2000', 'training.learning_rate': 'abc', 'dataset.id': '' }),
    ).toEqual({
      'dataset.id': { key: 'dataset.id', code: 'setting/not-chosen', found: '' },
      'training.epochs': { key: 'training.epochs', code: 'setting/range', found: '2000', min: 0, max: 1000 },
      'training.learning_rate': {
        key: 'training.learning_rate',
        code: 'setting/type',
        found: 'abc',
        expected: 'number',
      },
    })
  })

  it('does not complain about a setting that is not shown', () => {
    expect(problemsOf({ ...values, 'prediction.temperature': 'hot' })).toEqual({})
  })
})

it('reads numbers typed in full width or as powers of ten', () => {
  const parsed = parseSettings(toSettings({ ...values, 'training.epochs': '30', 'training.learning_rate': '5e-5' }))
  expect(parsed.problems).toEqual([])
  expect([parsed.values['training.epochs'], parsed.values['training.learning_rate']]).toEqual([30, 0.00005])
})

it('lists what differs from the preset, without name and references', () => {
  expect(
    changedKeys({ ...values, 'training.epochs': '10', 'general.experiment_name': 'x' }, presetValues(first)),
  ).toEqual(['training.epochs'])
})
