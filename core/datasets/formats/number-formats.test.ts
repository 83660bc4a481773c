import { describe, expect, it } from 'vitest'
import { builtInFormat, momentText, numberText } from './number-formats.ts'

const text = (value: number, code: string, is1904 = false) => numberText(value, code, is1904)

describe('a number', () => {
  it.each([
    ['h"時"mm"分"', 0.5, '12:00:00'],
    ['[$-411]h"時"mm"分"ss"秒"', 0.75, '18:00:00'],
    ['上午/下午h"時"mm"分"', 0.75, '18:00:00'],
    ['h:mm AM/PM', 0.75, '18:00:00'],
    ['[$-F400]h:mm:ss\\ AM/PM', 0.25, '06:00:00'],
    ['mm:ss', 0.5 / 24, '00:30:00'],
    ['mmss.0', (12 * 60 + 34.5) / 86_400, '00:12:34.5'],
    ['h:mm:ss.000', 0.5 + 0.001 / 86_400, '12:00:00.001'],
    ['h:mm', 29.9999 / 1440, '00:30:00'],
    ['h:mm', 1.25, '06:00:00'],
  ])('in %s is a time', (code, value, want) => {
    expect(text(value, code)).toBe(want)
    expect(text(value, code, true)).toBe(want)
  })

  it.each([
    ['m"月"'],
    ['[$-411]ggge"年"m"月"d"日"'],
    ['[$-411]ge.m.d'],
    ['[$-ja-JP-x-gannen]ggge"年"m"月"'],
    ['aaaa'],
    ['aaa'],
    ['[DBNum1][$-411]m"月"d"日"'],
    ['yyyy"年"m"月"d"日"(aaa)'],
    ['[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy'],
    ['d\\-mmm\\-yy;@'],
    ['[Red]yyyy/m/d'],
    ['bbbb/mm/dd'],
    ['mmmmm'],
    ['yyyy'],
    ['yyyy/m/d;;;'],
  ])('in %s is a date', (code) => {
    expect(text(45_000, code)).toBe('2023-03-15')
    expect(text(43_538, code, true)).toBe('2023-03-15')
  })

  it.each([
    ['[h]:mm', 1.25, '30:00:00'],
    ['[h]:mm:ss', 0.5, '12:00:00'],
    ['[mm]:ss', 1 / 24, '01:00:00'],
    ['[ss].00', 1.5 / 86_400, '00:00:01.5'],
    ['[hh]"時間"mm"分"', 5, '120:00:00'],
    ['[h]:mm;@', -1.25, '-30:00:00'],
    ['[h]:mm;-[h]:mm', -0.5, '-12:00:00'],
  ])('in %s is elapsed time', (code, value, want) => {
    expect(text(value, code)).toBe(want)
    expect(text(value, code, true)).toBe(want)
  })

  it.each([
    ['General'],
    ['G/標準'],
    ['0.00'],
    ['#,##0'],
    ['0.00E+00'],
    ['##0.0e-0'],
    ['0%'],
    ['# ?/?'],
    ['@'],
    [''],
    ['0"年"'],
    ['0"h"'],
    ['#,##0\\ "days"'],
    ['0\\d'],
    ['"yyyy"0'],
    ['[Red]0;[Blue]-0'],
    ['[$¥-411]#,##0'],
    ['_-* #,##0.00\\ _k_r_-;-* #,##0.00\\ _k_r_-;_-* "-"??\\ _k_r_-;_-@_-'],
    ['[DBNum1]General'],
    ['[赤]0'],
    ['0.0" s"'],
    [';;;'],
  ])('in %s stays a number', (code) => {
    expect([text(45_000.5, code), text(0, code), text(-2, code)]).toEqual(['45000.5', '0', '-2'])
  })

  it('is read by the section of its sign or condition', () => {
    expect([1, 0, -1].map((value) => text(value, 'yyyy/m/d;0;0'))).toEqual(['1900-01-01', '0', '-1'])
    expect([0.5, 2].map((value) => text(value, '[<1]h:mm;[h]:mm'))).toEqual(['12:00:00', '48:00:00'])
    expect([0, 45_000].map((value) => text(value, '[=0]0;yyyy/m/d'))).toEqual(['0', '2023-03-15'])
  })

  it('of a date may have a time, and keeps what no calendar has', () => {
    expect(text(45_000.5, 'yyyy/m/d h:mm')).toBe('2023-03-15 12:00:00')
    expect(text(45_000.5, 'h:mm')).toBe('2023-03-15 12:00:00')
    expect([1, 59, 60, 61].map((day) => text(day, 'yyyy/m/d'))).toEqual([
      '1900-01-01',
      '1900-02-28',
      '1900-02-29',
      '1900-03-01',
    ])
    expect([0, 0.5].map((day) => text(day, 'yyyy/m/d', true))).toEqual(['1904-01-01', '1904-01-01 12:00:00'])
    expect([-1, 2_958_465, 2_958_466, 1e300].map((day) => text(day, 'yyyy/m/d'))).toEqual([
      '-1',
      '9999-12-31',
      '2958466',
      '1e+300',
    ])
  })

  it('of a format without a code is what Excel in Japanese makes of it', () => {
    const kinds = (ids: readonly number[]) => ids.map((id) => text(1.5, builtInFormat(id)))
    expect(new Set(kinds([14, 17, 22, 27, 30, 31, 36, 50, 58]))).toEqual(new Set(['1900-01-01 12:00:00']))
    expect(new Set(kinds([18, 21, 32, 33, 45, 47]))).toEqual(new Set(['12:00:00']))
    expect(kinds([46])).toEqual(['36:00:00'])
    expect(new Set(kinds([0, 1, 4, 9, 11, 13, 37, 44, 48, 49]))).toEqual(new Set(['1.5']))
  })
})

it.each([
  ['2024-04-01', 'General', '2024-04-01'],
  ['2024-04-01T00:00:00', 'General', '2024-04-01'],
  ['2024-04-01T09:30:00.000', 'General', '2024-04-01 09:30:00'],
  ['2024-03-31T23:59:59.9999999', 'yyyy/m/d h:mm', '2024-04-01'],
  ['1850-05-06', 'General', '1850-05-06'],
  ['0001-02-03', 'General', '0001-02-03'],
  ['1899-12-31T12:00:00.000', 'h:mm', '12:00:00'],
  ['1899-12-30T12:00:00', 'General', '12:00:00'],
  ['1899-12-30', 'yyyy/m/d', '1899-12-30'],
  ['1899-12-31T00:00:00.000', 'h:mm', '00:00:00'],
  ['1904-01-01T00:00:00', 'yyyy/m/d', '1904-01-01'],
  ['1904-01-01T12:00:00', 'h:mm', '12:00:00'],
  ['1900-01-01T06:00:00.000', '[h]:mm', '30:00:00'],
  ['12:30:00', 'General', '12:30:00'],
  ['2024-13-99', 'General', '2024-13-99'],
  ['昨日', 'General', '昨日'],
])('the moment %s in %s says %s', (iso, code, want) => {
  expect(momentText(iso, code)).toBe(want)
})
