import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { utils, write, type BookType } from 'xlsx'
import { tableFromArrays, tableToIPC } from '@uwdata/flechette'
import type { DatasetId, ExportFormat, ImportPreview } from '../../../core/contract/index.ts'
import { zipOf } from '../../../core/datasets/testing/zip-file.ts'
import type { AttackContext } from '../../harness/attack.ts'
import { spoil } from './mutations.ts'
import type { Target } from './target.ts'

export interface HostileFile {
  readonly name: string
  readonly what: string
  readonly contents: Buffer
}

const rows = Array.from({ length: 300 }, (_, row) => [`質問 ${row}`, `回答「${row}」, "quoted"\nline`])
const MB = 2 ** 20

/** A good file of every kind that can be imported. */
export async function goodTables({ host }: Target): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  const csv = `instruction,output\n${rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n')}\n`
  const { path } = await host.upload('good.csv', csv)
  const { id } = await host.client.call('datasets.import', { file: path })
  for (const format of ['csv', 'tsv', 'csv-cp932', 'xlsx', 'parquet', 'jsonl', 'jsonl-messages', 'numbers'] as const)
    files.set(endingOf(format), await exported(host, id, format))
  const book = utils.book_new()
  utils.book_append_sheet(book, utils.aoa_to_sheet([['instruction', 'output'], ...rows]), 'data')
  for (const bookType of ['xls', 'xlsb', 'ods', 'fods'] as BookType[])
    files.set(bookType, Buffer.from(write(book, { type: 'buffer', bookType }) as Uint8Array))
  files.set('json', Buffer.from(JSON.stringify(rows.map(([instruction, output]) => ({ instruction, output })))))
  files.set(
    'arrow',
    Buffer.from(
      tableToIPC(
        tableFromArrays({ instruction: rows.map(([question]) => question), output: rows.map(([, answer]) => answer) }),
        { format: 'file' },
      ) as Uint8Array,
    ),
  )
  files.set('zip', zipOf({ name: 'a.csv', contents: csv }, { name: 'b.jsonl', contents: '{"a":1}\n' }))
  files.set('gz', gzipSync(csv))
  await host.client.call('datasets.remove', { id })
  return files
}

const endingOf = (format: ExportFormat): string =>
  (({ 'csv-cp932': 'cp932.csv', 'jsonl-messages': 'messages.jsonl' }) as Partial<Record<ExportFormat, string>>)[
    format
  ] ?? format

async function exported(host: Target['host'], id: DatasetId, format: ExportFormat): Promise<Buffer> {
  const saved = await fetch(`http://127.0.0.1:${host.port}/save`, {
    method: 'POST',
    headers: { ...host.headers, 'content-type': 'application/json' },
    body: JSON.stringify({ suggestedName: `x.${endingOf(format)}` }),
  })
  const { target } = (await saved.json()) as { target: string }
  const { file } = await host.client.call('datasets.export', { id, target, format })
  return readFileSync(file)
}

/** Files that grow, nest or widen without end. */
export const bombs: readonly (() => HostileFile)[] = [
  () => bomb('csv', 'a million columns', Array.from({ length: 1e6 }, (_, column) => `c${column}`).join(',')),
  () => bomb('csv', 'one line of 60 MB', `q,a\n"${'x'.repeat(60 * MB)}`),
  () => bomb('csv', 'quotes only', '"'.repeat(5 * MB)),
  () => bomb('csv', 'separators only', ','.repeat(5 * MB)),
  () => bomb('csv', 'line ends only', '\n'.repeat(20 * MB)),
  () => bomb('csv', 'zeros only', Buffer.alloc(20 * MB)),
  () => bomb('tsv', 'other bytes only', Buffer.alloc(5 * MB, 0xff)),
  () => bomb('json', 'a million brackets', '['.repeat(1e6)),
  () => bomb('json', 'a million objects in each other', '{"a":'.repeat(1e6)),
  () => bomb('json', 'a text of 100 MB', `["${'x'.repeat(100 * MB)}"]`),
  () => bomb('jsonl', 'a line of 60 MB', `{"a":"${'x'.repeat(60 * MB)}"}\n`),
  () => bomb('jsonl', 'prototypes', '{"__proto__":{"a":1},"constructor":{"prototype":1}}\n'.repeat(1000)),
  () =>
    bomb(
      'jsonl',
      'a hundred thousand keys',
      Array.from({ length: 2000 }, (_, line) =>
        JSON.stringify(Object.fromEntries(Array.from({ length: 50 }, (__, key) => [`k${line * 50 + key}`, 1]))),
      ).join('\n'),
    ),
  () => bomb('zip', '300 MB of zeros', zipOf({ name: 'a.csv', contents: Buffer.alloc(300 * MB) })),
  () => bomb('zip', 'a lie about its size', zipOf({ name: 'a.csv', contents: Buffer.alloc(50 * MB), claimed: 100 })),
  () =>
    bomb(
      'zip',
      '20,000 entries',
      zipOf(...Array.from({ length: 20_000 }, (_, entry) => ({ name: `${entry}.csv`, contents: 'a,b\n1,2\n' }))),
    ),
  () =>
    bomb(
      'zip',
      'names that lead out',
      zipOf(
        { name: '../../../../tmp/evil.csv', contents: 'a\n1\n' },
        { name: '/etc/evil.csv', contents: 'a\n' },
        { name: 'C:\\evil.csv', contents: 'a\n' },
        { name: '\u0000.csv', contents: 'a\n' },
      ),
    ),
  () => bomb('gz', '300 MB of zeros', gzipSync(Buffer.alloc(300 * MB))),
  () =>
    bomb(
      'xlsx',
      'a sheet of 300 MB',
      zipOf(
        { name: '[Content_Types].xml', contents: '<Types/>' },
        {
          name: 'xl/workbook.xml',
          contents: '<workbook><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        },
        { name: 'xl/worksheets/sheet1.xml', contents: Buffer.alloc(300 * MB, ' ') },
      ),
    ),
  () =>
    bomb(
      'xlsx',
      'entities in each other',
      zipOf(
        { name: '[Content_Types].xml', contents: '<Types/>' },
        { name: 'xl/workbook.xml', contents: entityBomb },
        { name: 'xl/sharedStrings.xml', contents: entityBomb },
        { name: 'xl/worksheets/sheet1.xml', contents: entityBomb },
      ),
    ),
  () =>
    bomb(
      'xlsx',
      'a cell in the last row and column',
      zipOf(
        { name: '[Content_Types].xml', contents: '<Types/>' },
        {
          name: 'xl/workbook.xml',
          contents: '<workbook xmlns:r="r"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        },
        {
          name: 'xl/_rels/workbook.xml.rels',
          contents: '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        },
        {
          name: 'xl/worksheets/sheet1.xml',
          contents:
            '<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>',
        },
      ),
    ),
  () =>
    bomb(
      'fods',
      'a cell repeated a thousand million times',
      '<?xml version="1.0"?><office:document xmlns:office="o" xmlns:table="t" xmlns:text="x"><office:body><office:spreadsheet><table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p>x</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document>',
    ),
]

const entityBomb = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">${'bcdefghij'
  .split('')
  .map((name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`)
  .join('')}]><a>&j;</a>`
const bomb = (ending: string, what: string, contents: string | Buffer): HostileFile => ({
  name: `bomb.${ending}`,
  what: `${ending}: ${what}`,
  contents: Buffer.from(contents),
})

/** A good file of some kind spoilt by chance, sometimes under another kind's name. */
export function spoiltTable(good: ReadonlyMap<string, Buffer>, { random }: AttackContext): HostileFile {
  const [ending, bytes] = random.pick([...good])
  const { how, bytes: contents } = spoil(bytes, random)
  const shown = random.chance(0.1) ? random.pick([...good.keys()]) : ending
  return { name: `spoilt.${shown}`, what: `${ending} with ${how}`, contents }
}

/** Previews and imports a file as a user does; what came of it is removed. */
export async function tryTable(target: Target, { name, what, contents }: HostileFile): Promise<void> {
  const sent = await target.host.upload(name, contents).catch((error: Error) => error)
  // A host may refuse what is too large; it may not fall.
  if (!(sent instanceof Error)) return tryPath(target, what, sent.path)
  if (!target.host.isRunning()) await target.fell(`upload ${what}`)
}

async function tryPath(target: Target, what: string, path: string): Promise<void> {
  const kind = what.split(/[: ]/)[0] ?? what
  const preview = await target.ask(`file ${kind}`, what, 'datasets.preview', { file: path })
  if (preview?.ok && !(preview.value as ImportPreview).isWhole && preview.value === null) return
  const imported = await target.ask(`file ${kind}`, what, 'datasets.import', { file: path })
  if (!imported?.ok) return
  const { id } = imported.value as { id: DatasetId }
  await target.ask(`file ${kind}`, what, 'datasets.page', { id, offset: 0, limit: 100 })
  await target.ask(`file ${kind}`, what, 'datasets.remove', { id })
}

/** What may stand where a file was picked. */
const strangeFiles: Readonly<Record<string, (path: string) => void>> = {
  'fifo.csv': (path) => void spawnSync('mkfifo', [path]),
  'fifo.zip': (path) => void spawnSync('mkfifo', [path]),
  'folder.csv': (path) => void mkdirSync(path),
  'loop.csv': (path) => symlinkSync(path, path),
  'zero.csv': (path) => symlinkSync('/dev/zero', path),
  'random.zip': (path) => symlinkSync('/dev/urandom', path),
  'full.parquet': (path) => symlinkSync('/dev/full', path),
  'memory.csv': (path) => symlinkSync('/proc/self/mem', path),
  'dangling.json': (path) => symlinkSync('/nowhere', path),
  'missing.csv': () => undefined,
}

/** A file that was picked and is none any more when it is read. */
export async function tryStrangeFiles(context: AttackContext, target: Target): Promise<void> {
  if (process.platform === 'win32') return
  for (const [name, put] of Object.entries(strangeFiles)) {
    if (performance.now() > context.deadlineMs) return
    const { path } = await target.host.upload(name, 'instruction,output\nq,a\n')
    rmSync(path)
    put(path)
    context.report.count++
    await tryPath(target, `strange ${name}`, path)
    rmSync(path, { recursive: true, force: true })
  }
}
