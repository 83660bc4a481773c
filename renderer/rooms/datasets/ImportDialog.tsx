import { useTranslation } from 'react-i18next'
import type { DatasetId, ImportPreview } from '../../../core/contract/index.ts'
import { Button, Dialog, Select, Spinner } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { ColumnChoices } from './columns/ColumnChoices.tsx'
import { ColumnTargets } from './columns/ColumnTargets.tsx'
import { addsSomething } from './columns/columnTargets.ts'
import { datasetItems, isReadable } from './datasets.selectors.ts'
import { useDatasets } from './datasets.store.ts'
import { ImportChoices } from './ImportChoices.tsx'
import styles from './ImportDialog.module.css'
import { choose, chooseTarget, chooseTargets, finishLooking, UNDECIDED, useImporting } from './importing.store.ts'
import { PreviewTable } from './PreviewTable.tsx'
import { useDataset } from './useDataset.ts'

/** What a file would become: how it is read (all of it can be changed), its first rows, and where they go. */
export function ImportDialog() {
  const { t } = useTranslation('datasets')
  const looking = useImporting((state) => state.looking)
  if (!looking) return null
  const { file, preview, error } = looking
  const isReady = preview !== null && (looking.into === null || addsSomething(looking.targets ?? []))
  const actions = (
    <>
      <Button onPress={() => finishLooking(false)}>{t('importDialog.cancel')}</Button>
      <Button variant="primary" isDisabled={!isReady} onPress={() => finishLooking(true)}>
        {t('importDialog.confirm')}
      </Button>
    </>
  )
  return (
    <Dialog
      title={t('importDialog.title', { file: file.name })}
      isOpen
      isWide
      onClose={() => finishLooking(false)}
      actions={actions}
    >
      <div className={styles.content}>
        {error && <ErrorNotice error={error} />}
        {!preview && !error && <Spinner />}
        {preview && <ImportChoices preview={preview} />}
        {error && Object.keys(looking.options).length > 0 && (
          <Button onPress={() => choose(UNDECIDED)}>{t('importDialog.again')}</Button>
        )}
        {preview && <Target />}
        {preview &&
          (looking.into === null ? <AsNew preview={preview} /> : <Below id={looking.into} preview={preview} />)}
      </div>
    </Dialog>
  )
}

function AsNew({ preview: { sources, columns, rows, isWhole } }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    <>
      {sources.length > 0 && <ColumnChoices key={sources.join('\n')} sources={sources} columns={columns} />}
      <PreviewTable label={t('importDialog.rows')} columns={columns} rows={rows} isWhole={isWhole} />
    </>
  )
}

function Below({ id, preview }: { readonly id: DatasetId; readonly preview: ImportPreview }) {
  const info = useDataset(id)
  const targets = useImporting((state) => state.looking?.targets ?? null)
  if (!info) return <Spinner />
  const { columns, rows, isWhole } = preview
  return (
    <ColumnTargets
      key={id}
      info={info}
      sources={columns}
      targets={targets}
      onChange={chooseTargets}
      rows={rows}
      isWhole={isWhole}
    />
  )
}

const NEW = 'new'

function Target() {
  const { t } = useTranslation('datasets')
  const items = useDatasets(datasetItems).filter(isReadable)
  const into = useImporting((state) => state.looking?.into ?? null)
  if (items.length === 0) return null
  const choices = [
    { id: NEW, label: t('importDialog.newDataset') },
    ...items.map(({ id, name }) => ({ id, label: t('importDialog.appendTo', { name }) })),
  ]
  return (
    <Select
      label={t('importDialog.target')}
      items={choices}
      value={into ?? NEW}
      onChange={(id) => chooseTarget(id === NEW ? null : (id as DatasetId))}
    />
  )
}
