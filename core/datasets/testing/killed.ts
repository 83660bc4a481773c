// A process of its own that a test kills: `import FOLDER FILE` imports a file, `edit FOLDER ID` changes a cell again
// and again; each says in a line of its output what is done.
import { join } from 'node:path'
import { DatasetId, PathToRead, type DatasetInfo, type Events, type ImportId } from '../../contract/index.ts'
import { createDatasetService } from '../service.ts'

const [work, folder = '', what = ''] = process.argv.slice(2)
const service = createDatasetService({
  folder,
  trashFolder: join(folder, 'trash'),
  templatesFolder: '',
  // Rows that are counted are in the draft.
  emit: (name, payload) => {
    if (name === 'datasets.importProgress' && (payload as Events['datasets.importProgress']).rowCount > 0)
      console.log('importing')
  },
})

if (work === 'import') {
  await service.import({ file: PathToRead.parse(what), importId: 'one' as ImportId })
  console.log('done')
} else {
  const info: DatasetInfo = await service.open({ id: DatasetId.parse(what) })
  const columnId = info.columns[0]!.id
  const { rowId } = (await service.page({ id: info.id, offset: 0, limit: 1 })).rows[0]!
  for (let number = 1; ; number++) {
    await service.edit({
      id: info.id,
      edits: [{ kind: 'setCells', cells: [{ rowId, columnId, value: String(number) }] }],
    })
    console.log(number)
  }
}
