import * as flechette from '@uwdata/flechette'
import type { DataType } from '@uwdata/flechette'
import { describe, expect, it } from 'vitest'
import { arrowText } from './arrow-values.ts'

const { TimeUnit, IntervalUnit } = flechette
const text = (value: string) => new TextEncoder().encode(value)
const DAWN = 1_711_929_600n

describe('a value of Arrow', () => {
  it.each<readonly [string, DataType, unknown, string | null]>([
    ['time of 64 bits', flechette.timeMicrosecond(), 34_200_000_000n, '09:30:00'],
    ['time with a part', flechette.timeNanosecond(), 34_200_120_000_001n, '09:30:00.120000001'],
    ['time of 32 bits', flechette.timeSecond(), 34_200, '09:30:00'],
    ['time beyond a day', flechette.timeMillisecond(), 90_000_000, '90000000'],
    ['decimal', flechette.decimal128(10, 2), 150n, '1.50'],
    ['decimal below 1', flechette.decimal128(10, 3), -5n, '-0.005'],
    ['decimal of 32 bits', flechette.decimal32(5, 1), 15, '1.5'],
    ['date', flechette.dateDay(), 19_814 * 86_400_000, '2024-04-01'],
    ['timestamp', flechette.timestamp(TimeUnit.SECOND), DAWN, '2024-04-01 00:00:00'],
    [
      'timestamp in a zone',
      flechette.timestamp(TimeUnit.MICROSECOND, 'Asia/Tokyo'),
      DAWN * 1_000_000n,
      '2024-04-01 09:00:00+09',
    ],
    ['timestamp in summer time', flechette.timestamp(TimeUnit.SECOND, 'Europe/Berlin'), DAWN, '2024-04-01 02:00:00+02'],
    ['timestamp at an offset', flechette.timestamp(TimeUnit.SECOND, '+05:30'), DAWN, '2024-04-01 05:30:00+05:30'],
    ['timestamp in an unknown zone', flechette.timestamp(TimeUnit.SECOND, 'Moon/Base'), DAWN, '2024-04-01 00:00:00+00'],
    ['timestamp before 1970', flechette.timestamp(TimeUnit.MILLISECOND), -1n, '1969-12-31 23:59:59.999'],
    ['timestamp that no calendar holds', flechette.timestamp(TimeUnit.SECOND), -(2n ** 63n), '-9223372036854775808'],
    ['the same in a zone', flechette.timestamp(TimeUnit.SECOND, 'Asia/Tokyo'), 2n ** 62n, '4611686018427387904'],
    ['duration', flechette.duration(TimeUnit.MILLISECOND), -93_784_500n, '-26:03:04.5'],
    [
      'interval',
      flechette.interval(IntervalUnit.MONTH_DAY_NANO),
      [14, 3, 3_661_000_000_000n],
      '1 year 2 months 3 days 01:01:01',
    ],
    [
      'interval with more nanoseconds than a number keeps',
      flechette.interval(IntervalUnit.MONTH_DAY_NANO),
      [0, 0, 2n ** 62n + 1n],
      '1281023:53:38.427387905',
    ],
    ['interval of months', flechette.interval(IntervalUnit.YEAR_MONTH), 12, '1 year'],
    ['bytes in UTF-8', flechette.binary(), text('あ'), 'あ'],
    ['other bytes', flechette.binary(), Uint8Array.of(0xff, 0x41), '\\xFFA'],
    ['a short number of 32 bits', flechette.float32(), Math.fround(0.1), '0.1'],
    ['a number with all digits', flechette.int64(), 9_007_199_254_740_993n, '9007199254740993'],
    ['a list of them', flechette.list(flechette.int64()), [1n, 9_007_199_254_740_993n], '[1,"9007199254740993"]'],
    [
      'bytes and moments in a structure',
      flechette.struct({ a: flechette.binary(), b: flechette.dateDay() }),
      { a: text('あ'), b: 0 },
      '{"a":"あ","b":"1970-01-01"}',
    ],
    ['a map', flechette.map(flechette.utf8(), flechette.int32()), [['k', 1]], '{"k":1}'],
    ['a dictionary', flechette.dictionary(flechette.binary()), text('い'), 'い'],
    ['nothing', flechette.binary(), null, null],
  ])('%s', (_, type, value, expected) => expect(arrowText(type, value)).toBe(expected))
})
