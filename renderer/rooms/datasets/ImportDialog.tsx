import { useTranslation } from 'react-i18next'
import type { DatasetId, ImportPreview } from '../../../core/contract/index.ts'
import { Button, Dialog, Select, Spinner } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { ColumnChoices } from './columns/ColumnChoices.tsx'
import { datasetItems, isReadable } from './datasets.selectors.ts'
import { useDatasets } from './datasets.store.ts'
import { ImportChoices } from './ImportChoices.tsx'
import styles from './ImportDialog.module.css'
import { choose, chooseTarget, finishLooking, UNDECIDED, useImporting } from './importing.store.ts'

/** What a file would become: how it is read (all of it can be changed), its first rows, and where they go. */
export function ImportDialog() {
  const { t } = useTranslation('datasets')
  const looking = useImporting((state) => state.looking)
  if (!looking) return null
  const { file, preview, error } = looking
  const actions = (
    <>
      <Button onPress={() => finishLooking(false)}>{t('importDialog.cancel')}</Button>
      <Button variant="primary" isDisabled={!preview} onPress={() => finishLooking(true)}>
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
        {preview && preview.sources.length > 0 && (
          <ColumnChoices key={preview.sources.join('\n')} sources={preview.sources} columns={preview.columns} />
        )}
        {preview && <Rows preview={preview} />}
        {preview && <Target />}
      </div>
    </Dialog>
  )
}

function Rows({ preview }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  return (
    <div className={styles.table} tabIndex={0} role="region" aria-label={t('importDialog.rows')}>
      <table>
        <thead>
          <tr>
            {preview.columns.map(({ name, role }, index) => (
              <th key={index} scope="col" data-role={role}>
                <span>{name}</span> <small>{t(`role.${role}`)}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {preview.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {preview.rows.length === 0 && <p className={styles.more}>{t('importDialog.noRows')}</p>}
      {!preview.isWhole && <p className={styles.more}>{t('importDialog.more')}</p>}
    </div>
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
