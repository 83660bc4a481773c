import i18next from 'i18next'
import { goTo } from '../../../session/index.ts'
import { toast } from '../../../ui/index.ts'
import { importPicked } from '../datasets.actions.ts'
import * as api from './hub.api.ts'
import { closeHub, startDownload, useHub, type Brought } from './hub.store.ts'

/**
 * Downloads what is chosen and opens the import's preview; where the dialog was closed meanwhile, a notice offers it.
 */
export async function downloadAndImport(): Promise<void> {
  const brought = await startDownload()
  if (!brought) return
  const run = () => void importDownloaded(brought)
  if (useHub.getState().isOpen) return run()
  toast(i18next.t('download.done', { ns: 'hub', name: brought.files[0]?.name ?? '' }), {
    label: i18next.t('download.import', { ns: 'hub' }),
    run,
  })
}

/**
 * The files are of one split: the first makes the dataset, the others are added to it. What was imported need not stay
 * among the downloads.
 */
async function importDownloaded({ downloadId, files, source }: Brought): Promise<void> {
  const [first, ...more] = files
  if (!first) return
  closeHub()
  goTo('datasets')
  const isImported = await importPicked(first, { name: first.name.replace(/\.[^.]+$/, ''), more, source })
  if (isImported) await api.discard(downloadId)
}
