import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImportOptions } from '../../contract/index.ts'
import { openTable } from '../formats/index.ts'

export type Rows = readonly (readonly (string | null)[])[]

/** Writes contents to a file of this name and reads it as a table: its rows, the header first. */
export async function rowsOf(
  name: string,
  contents: string | Uint8Array,
  options: ImportOptions = {},
): Promise<{ readonly rows: Rows; readonly table: Awaited<ReturnType<typeof openTable>> }> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-rows-'))
  try {
    await writeFile(join(folder, name), contents)
    const table = await openTable(join(folder, name), options)
    const rows: (readonly (string | null)[])[] = []
    for await (const row of table.rows()) rows.push(row)
    return { rows, table }
  } finally {
    await rm(folder, { recursive: true })
  }
}
