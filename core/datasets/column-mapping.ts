import { languageIds, text, type Language } from '../../texts/index.ts'
import { cutColumnName, UserError } from '../contract/index.ts'
import type { ImportOptions } from '../contract/import.ts'
import type { Cells } from './formats/table-format.ts'

/** The name of a column that has none: `列3`, `Column 3`. */
const unnamedColumn = (index: number, language: Language): string =>
  text(language).names.column.replace('{number}', String(index + 1))

const nameIn = (title: string | null | undefined): string => cutColumnName(title?.trim() ?? '')

/** A header's name for the column at this place, or a made-up one where it is blank. */
export const columnName = (title: string | null | undefined, index: number, language: Language): string =>
  nameIn(title) || unnamedColumn(index, language)

/** A name for each of a file's columns, no two alike: the header's, or made up where it is blank or ends early. */
export function sourceNames(header: Cells, language: Language, width = header.length): string[] {
  const taken = new Set<string>()
  return Array.from({ length: Math.max(width, header.length) }, (_, index) => {
    const wanted = columnName(header[index], index, language)
    let name = wanted
    for (let number = 2; taken.has(name); number++) name = `${wanted} (${number})`
    taken.add(name)
    return name
  })
}

export interface ChosenColumns {
  readonly header: Cells
  /** Of the chosen columns: where each is in a row, -1 where it is not there; null where all of them stay. */
  readonly places: readonly number[] | null
  /** The chosen cells of a row. */
  readonly take: (row: Cells) => Cells
}

/**
 * What is left of a table with this header; everything where no columns were chosen. Throws UserError where it has none
 * of them.
 */
export function chooseColumns(header: Cells, columns: ImportOptions['columns'], language: Language): ChosenColumns {
  if (!columns) return { header, places: null, take: (row) => row }
  const places = placesIn(header, columns, language)
  return { header: columns.map(({ name }) => name), places, take: (row) => places.map((place) => row[place] ?? null) }
}

/** A table in portions, the header first, with the chosen columns only. */
export async function* takeColumns(
  portions: AsyncIterable<readonly Cells[]>,
  columns: ImportOptions['columns'],
  language: Language,
): AsyncGenerator<readonly Cells[]> {
  if (!columns) return yield* portions
  let chosen: ChosenColumns | null = null
  for await (const [first, ...rest] of portions) {
    if (!first) continue
    if (chosen) yield [first, ...rest].map(chosen.take)
    else {
      chosen = chooseColumns(first, columns, language)
      yield [chosen.header, ...rest.map(chosen.take)]
    }
  }
}

function placesIn(header: Cells, columns: NonNullable<ImportOptions['columns']>, language: Language): number[] {
  const names = sourceNames(header, language)
  const places = columns.map(({ from }) => {
    const place = names.indexOf(from)
    return place < 0 ? placeOfUnnamed(header, from) : place
  })
  if (places.every((place) => place < 0))
    throw new UserError('dataset/column-not-found', { column: columns[0]?.from ?? '' })
  return places
}

/**
 * Where a made-up name stands for a column without one: also beyond the header's end, and in a language that was left
 * since the name was shown. -1 for other names.
 */
function placeOfUnnamed(header: Cells, name: string): number {
  const place = madeUpPlace(name)
  return place !== null && nameIn(header[place]) === '' ? place : -1
}

/** The place that a made-up name of any language tells; null for other names. */
export function madeUpPlace(name: string): number | null {
  const place = Number(/\d+/.exec(name)?.[0]) - 1
  return languageIds.some((language) => name === unnamedColumn(place, language)) ? place : null
}
