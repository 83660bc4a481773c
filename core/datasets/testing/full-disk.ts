// A process of its own that a test gives little room on disk: `full-disk FOLDER` edits a new dataset until that fails,
// and says what happened and what is there then.
import { join } from 'node:path'
import { UserError, type DatasetInfo } from '../../contract/index.ts'
import { createDatasetService } from '../service.ts'

const [folder = '', kind = 'rows'] = process.argv.slice(2)
const service = createDatasetService({
  folder,
  trashFolder: join(folder, 'trash'),
  templatesFolder: '',
  emit: () => undefined,
})
const text = (row: number) =>
  Array.from({ length: 60 }, (_, index) =>
    String.fromCodePoint(0x4e00 + ((row * 7919 + index * 104_729) % 20_000)),
  ).join('')
const { id } = await service.create({ from: 'empty' })

let done: DatasetInfo = await service.open({ id })
let code = ''
for (let step = 0; step < 400 && code === ''; step++) {
  const rows = Array.from({ length: 200 }, (_, row) => [text(step * 200 + row), text(row)])
  const edits =
    kind === 'rows'
      ? [{ kind: 'insertRows' as const, at: 0, rows }]
      : [
          { kind: 'setRange' as const, row: step * 200, column: 0, values: rows },
          { kind: 'insertColumn' as const, at: 0, name: `column ${step}` },
        ]
  try {
    done = await service.edit({ id, edits })
  } catch (error) {
    code = error instanceof UserError ? error.error.code : String(error)
  }
}
process.send?.({ code, done: done.version })
process.once('message', () => {
  void (async () => {
    const now = await service.open({ id })
    const after = await service.edit({ id, edits: [{ kind: 'insertRows', at: 0, rows: [['works', 'again']] }] })
    const page = await service.page({ id, offset: 0, limit: 1 })
    process.send?.({ version: now.version, rows: after.rowCount - now.rowCount, first: page.rows[0]?.cells })
    await service.close()
    process.disconnect()
  })()
})
