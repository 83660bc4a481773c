import { createContext, runInContext } from 'node:vm'
import { UserError } from '../../contract/index.ts'

/** Cells and spaces that a sheet may hold besides those that are written out. */
const MAX_REPEATED_CELLS = 2_000_000
const MAX_REPEATED_SPACES = 2 ** 26
/** Digits of a number's format. */
const MAX_DIGITS = 1000

/** How the library finds tags: prefix, name, attributes in double quotes. */
const TAG = /<\/?(?:[^\s?><!/:"]*:)?([^\s?<>:/"]+)((?:\s+[^<>=?"'\s]+="[^"]*?")*)\s*(\/?)>/gm

/**
 * Throws UserError `dataset/workbook-too-great` for OpenDocument text whose few tags stand for more cells, spaces or
 * digits than fit into memory. Empty cells do not count: every such sheet ends in a million of them.
 */
export function refuseRepetition(text: string, file: string): void {
  let [rows, cells, spaces] = [1, 0, 0]
  for (const tag of text.matchAll(TAG)) {
    const [whole, name = '', attributes = '', isClosed] = tag
    if (whole.startsWith('</')) continue
    if (name === 'table-row' || name === '行') rows = times(attributes, 'number-rows-repeated')
    else if (name === 'table-cell' || name === '数据')
      cells +=
        isClosed || isEmpty(text, tag.index + whole.length, attributes)
          ? 0
          : rows * times(attributes, 'number-columns-repeated') - 1
    else if (name === 's') spaces += times(attributes, 'c')
    else if (
      name.startsWith('number') &&
      [...attributes.matchAll(/(?:digits|places)="([^"]*)"/g)].some(([, count]) => Number(count) > MAX_DIGITS)
    )
      spaces = Infinity
    if (cells > MAX_REPEATED_CELLS || spaces > MAX_REPEATED_SPACES)
      throw new UserError('dataset/workbook-too-great', { file })
  }
}

/** The library keeps no cell without a type whose element holds nothing. */
const isEmpty = (text: string, at: number, attributes: string): boolean =>
  text.startsWith('</', at) && !attributes.includes('value-type="')

function times(attributes: string, name: string): number {
  const values = [...attributes.matchAll(new RegExp(`(?:^|[\\s:])${name}="([^"]*)"`, 'g'))].map(([, value = '']) =>
    Math.max(Number(value) || 1, parseInt(value, 10) || 1),
  )
  return Math.max(1, ...values)
}

/** A small workbook takes a fraction of it. */
const LEAST_MS = 2500
const MS_PER_BYTE = 0.01

/**
 * Runs work that reads a workbook of so many bytes and cannot be asked to stop. Throws UserError
 * `dataset/workbook-too-great` where it takes much longer than workbooks of this size do.
 */
export function inBoundedTime<T>(work: () => T, { name, size }: { readonly name: string; readonly size: number }): T {
  try {
    return runInContext('work()', createContext({ work }), { timeout: Math.round(LEAST_MS + size * MS_PER_BYTE) }) as T
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
      ? new UserError('dataset/workbook-too-great', { file: name })
      : error
  }
}
