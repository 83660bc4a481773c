import { cutColumnName, UserError } from '../contract/index.ts'
import type { ImportOptions } from '../contract/import.ts'
import { unnamedColumn, type Cells } from './formats/table-format.ts'

/** A header's name for the column at this place, or a made-up one where it is blank. */
export const columnName = (title: string | null | undefined, index: number): string =>
  cutColumnName(title?.trim() ?? '') || unnamedColumn(index)

/** A name for each of a file's columns, no two alike: the header's, or made up where it is blank or ends early. */
export function sourceNames(header: Cells, width = header.length): string[] {
  const taken = new Set<string>()
  return Array.from({ length: Math.max(width, header.length) }, (_, index) => {
    const wanted = columnName(header[index], index)
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
export function chooseColumns(header: Cells, columns: ImportOptions['columns']): ChosenColumns {
  if (!columns) return { header, places: null, take: (row) => row }
  const places = placesIn(sourceNames(header), columns)
  return { header: columns.map(({ name }) => name), places, take: (row) => places.map((place) => row[place] ?? null) }
}

/** A table in portions, the header first, with the chosen columns only. */
export async function* takeColumns(
  portions: AsyncIterable<readonly Cells[]>,
  columns: ImportOptions['columns'],
): AsyncGenerator<readonly Cells[]> {
  if (!columns) return yield* portions
  let chosen: ChosenColumns | null = null
  for await (const [first, ...rest] of portions) {
    if (!first) continue
    if (chosen) yield [first, ...rest].map(chosen.take)
    else {
      chosen = chooseColumns(first, columns)
      yield [chosen.header, ...rest.map(chosen.take)]
    }
  }
}

function placesIn(names: readonly string[], columns: NonNullable<ImportOptions['columns']>): number[] {
  const places = columns.map(({ from }) => {
    const place = names.indexOf(from)
    return place < 0 ? placeBeyond(names.length, from) : place
  })
  if (places.every((place) => place < 0))
    throw new UserError('dataset/column-not-found', { column: columns[0]?.from ?? '' })
  return places
}

/** Columns that begin after the header's end have made-up names. */
function placeBeyond(count: number, name: string): number {
  const place = Number(name.replace(unnamedColumn(0).slice(0, -1), '')) - 1
  return place >= count && name === unnamedColumn(place) ? place : -1
}
