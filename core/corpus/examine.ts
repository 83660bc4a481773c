import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkCommand } from '../cli/data-check.ts'
import { convertCommand } from '../cli/data-convert.ts'
import { UserError, type AppError } from '../contract/index.ts'
import { openTable } from '../datasets/formats/index.ts'
import { sentence } from '../host/sentence.ts'
import type { Outcome } from './findings.ts'
import { differencesOf, readAgain } from './second-readers.ts'
import { meetsWant } from './wants.ts'

type Cells = readonly (string | null)[]

/** Tables of more rows are compared by their digest only. */
const MAX_COMPARED_ROWS = 20_000

/** Converts and checks a file as the command line does, and compares what it gives. */
export async function examine(path: string, file: string): Promise<Outcome> {
  const want = await readFile(path.replace(/\.[^.]+$/, '.want.txt'), 'utf8').catch(() => null)
  const wanted = (rows: readonly Cells[]) =>
    want === null
      ? {}
      : { want: { isMet: meetsWant(want, rows), text: want.trim(), found: JSON.stringify(rows.slice(0, 4)) } }
  try {
    await convertAndCheck(path)
    const { rows, rowCount, digest, differences } = await read(path)
    return { file, result: 'read', rowCount, digest, ...(differences.length > 0 && { differences }), ...wanted(rows) }
  } catch (error) {
    if (!(error instanceof UserError))
      return { file, result: 'raw exception', reason: error instanceof Error ? (error.stack ?? '') : String(error) }
    const jargon = jargonIn(error.error)
    return { file, result: 'refused', reason: error.error.code, ...(jargon && { jargon }), ...wanted([]) }
  }
}

async function convertAndCheck(path: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-corpus-'))
  try {
    await convertCommand([path, join(folder, 'converted.csv')])
    await checkCommand([path])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function read(path: string) {
  const table = await openTable(path)
  const hash = createHash('sha256')
  const rows: Cells[] = []
  let rowCount = -1
  for await (const row of table.rows()) {
    hash.update(JSON.stringify(row))
    if (++rowCount <= MAX_COMPARED_ROWS) rows.push(row)
  }
  const again = rowCount <= MAX_COMPARED_ROWS ? await readAgain(path, table) : null
  return {
    rows,
    rowCount,
    digest: hash.digest('hex').slice(0, 16),
    differences: again ? differencesOf(rows, again) : [],
  }
}

/** Words of programs, and places of a sentence that were not filled. */
const JARGON = /\{\w+\}|\b(?:undefined|NaN|null|Infinity|\w*Error|Exception|INTERNAL|ENO\w+|zod|at \w+ \()\b|\[object/

/** A sentence with a word that no user should read, in either language. */
function jargonIn(error: AppError): string | undefined {
  const names = Object.values(error.facts ?? {}).map(String)
  return (['ja', 'en'] as const)
    .map((language) => sentence(error, language))
    .find((text) =>
      JARGON.test(names.reduce((rest, name) => (/\.\w+$/.test(name) ? rest.replaceAll(name, '') : rest), text)),
    )
}
