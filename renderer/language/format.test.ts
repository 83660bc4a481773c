import { describe, expect, it } from 'vitest'
import { durationParts, formatBytes, formatCompact, formatLoss } from './format.ts'
import { isShortcut, shortcutText } from '../commands/commands.ts'
import { stepped } from '../ui/Field.tsx'

describe('durationParts', () => {
  it('says hours and minutes, minutes and seconds, or seconds', () => {
    expect([0, 59.4, 200, 3600, 7384].map((seconds) => durationParts(seconds))).toEqual([
      { unit: 'seconds', hours: 0, minutes: 0, seconds: 0 },
      { unit: 'seconds', hours: 0, minutes: 0, seconds: 59 },
      { unit: 'minutes', hours: 0, minutes: 3, seconds: 20 },
      { unit: 'hours', hours: 1, minutes: 0, seconds: 0 },
      { unit: 'hours', hours: 2, minutes: 3, seconds: 4 },
    ])
  })
})

it('writes sizes as people say them', () => {
  expect([900, 12_288, 31_472_000, 4.1 * 2 ** 30, 182 * 2 ** 30].map(formatBytes)).toEqual([
    '900 B',
    '12 KB',
    '30 MB',
    '4.1 GB',
    '182 GB',
  ])
})

it('writes a loss with enough digits to be compared', () => {
  expect([null, 12.34, 5.237, 0.12973, 0.00421, Number.NaN].map(formatLoss)).toEqual([
    '–',
    '12.3',
    '5.24',
    '0.130',
    '0.0042',
    'NaN',
  ])
})

it('counts large numbers as the language does', () => {
  expect([formatCompact(15_735_168, 'ja'), formatCompact(15_735_168, 'en')]).toEqual(['1570万', '15.7M'])
})

describe('stepped', () => {
  it('moves without the noise of binary fractions, within the bounds', () => {
    expect([
      stepped('0.1', 0.2, 0, 1),
      stepped('0.95', 0.1, 0, 1),
      stepped('0.0005', 0.00001, 0, 1),
      stepped('50', -1, 0, 1000),
    ]).toEqual(['0.3', '1', '0.00051', '49'])
  })

  it('begins at the lower bound where there is no number', () => {
    expect(stepped('', 1, 1, 10)).toBe('1')
  })
})

describe('shortcuts', () => {
  const press = (key: string, keys: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>>) => ({
    key,
    ctrlKey: false,
    metaKey: false,
    shiftKey: false,
    altKey: false,
    ...keys,
  })

  it('are written as the system writes them', () => {
    expect([shortcutText('Mod+Shift+Z', true), shortcutText('Mod+Shift+Z', false)]).toEqual(['⇧⌘Z', 'Ctrl+Shift+Z'])
  })

  it('match their own keys only', () => {
    expect(isShortcut(press('k', { ctrlKey: true }), 'Mod+K', false)).toBe(true)
    expect(isShortcut(press('k', { metaKey: true }), 'Mod+K', false)).toBe(false)
    expect(isShortcut(press('k', { metaKey: true }), 'Mod+K', true)).toBe(true)
    expect(isShortcut(press('K', { ctrlKey: true, shiftKey: true }), 'Mod+K', false)).toBe(false)
  })
})
