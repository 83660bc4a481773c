import type { Random } from '../../harness/random.ts'

/** Texts that have broken programs: SQL, paths, prototypes, controls, halves of characters, long ones. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  '\u0000\u0001\u001f',
  '\ud800',
  '\udfff\ud800',
  'a\ud83d',
  '\ufeff',
  '\u202e逆',
  '\u200b',
  '\r\n',
  '"',
  "'",
  "''",
  '""',
  '`',
  ';',
  '--',
  '/*',
  '\\',
  '%',
  '%s%n',
  '%00',
  '$1',
  '$&',
  '{}',
  '{{',
  '{name}',
  '${1}',
  "'; DROP TABLE rows; --",
  '"; DROP TABLE rows; --',
  "' OR 1=1 --",
  'c0" VARCHAR); DROP TABLE meta; --',
  "$$; COPY rows TO 'x'; $$",
  "read_csv('/etc/passwd')",
  'c0", (SELECT 1)',
  'row_id',
  'position',
  'rows',
  'rowid',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'length',
  '__defineGetter__',
  '/etc/passwd',
  '/proc/self/mem',
  '/dev/zero',
  '/dev/null',
  '../../../../etc/passwd',
  '..',
  '.',
  '/',
  '~',
  'C:\\Windows\\win.ini',
  '\\\\server\\share',
  'file:///etc/passwd',
  'http://127.0.0.1:9/',
  'a/b',
  'a\\b',
  'CON',
  'NUL',
  '.draft-x',
  'last',
  '-',
  '-rf',
  '--help',
  '*',
  'null',
  'undefined',
  'true',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '0x10',
  '９９',
  '1,000',
  '=1+1',
  '@SUM(1)',
  'true;',
  '[',
  '(',
  '(a+)+$',
  '(.*)*',
  '[[:alpha:]',
  '\\p{L}',
  '(?<=a)',
  '\\Q',
  'a{1000000}',
  '('.repeat(2000),
  '*'.repeat(300),
  'あ'.repeat(121),
  'x'.repeat(129),
  'x'.repeat(10_001),
  '𠮷'.repeat(500),
  'e\u0301'.repeat(1000),
  '😀'.repeat(1000),
]

export const hostileNumbers: readonly number[] = [
  0,
  -0,
  -1,
  1,
  0.5,
  -0.5,
  1e-320,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  -(2 ** 53),
  1e21,
  1e308,
  -1e308,
  499,
  500,
  501,
  999,
  1000,
  1001,
  1e5,
  1e6,
  1e9,
]

const MB = 2 ** 20
const DEPTH = 2000

function deep(random: Random): unknown {
  let value: unknown = 1
  const isList = random.chance(0.5)
  for (let depth = 0; depth < DEPTH; depth++) value = isList ? [value] : { a: value }
  return value
}

/** A value of whatever kind. */
export function hostileValue(random: Random): unknown {
  if (random.chance(0.01)) return 'あ'.repeat(MB / 3)
  if (random.chance(0.01)) return deep(random)
  return random.pick<() => unknown>([
    () => random.pick(hostileTexts),
    () => random.pick(hostileNumbers),
    () => null,
    () => true,
    () => false,
    () => [],
    () => ({}),
    () => [null],
    () => [[]],
    () => ({ length: 1e9 }),
    () => ({ toString: 1, valueOf: null }),
    () => JSON.parse('{"__proto__":{"polluted":true}}') as unknown,
    () => ({ constructor: { prototype: { polluted: true } } }),
    () => Array.from({ length: 2000 }, () => 0),
    () => ({ kind: random.pick(hostileTexts) }),
    () => String(random.pick(hostileNumbers)),
  ])()
}

/** A hostile value of the same kind, which a schema may let through. */
export function hostileOfSameKind(value: unknown, random: Random): unknown {
  if (typeof value === 'string')
    return random.chance(0.02)
      ? 'あ'.repeat(MB / 3)
      : random.chance(0.2)
        ? value + random.pick(hostileTexts)
        : random.pick(hostileTexts)
  if (typeof value === 'number') return random.pick(hostileNumbers)
  if (typeof value === 'boolean') return !value
  if (Array.isArray(value)) return hostileList(value, random)
  return hostileValue(random)
}

/** A first element that is long already is not multiplied: the payload would not fit into a text. */
function hostileList(list: readonly unknown[], random: Random): unknown[] {
  const isLong = (JSON.stringify(list[0]) ?? '').length > MB / 300
  return random.pick([[], [...list, ...list], isLong ? [list[0]] : Array.from({ length: 300 }, () => list[0])])
}
