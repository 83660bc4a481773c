import { useTranslation } from 'react-i18next'
import type { DatasetId, ImportOptions, ImportPreview } from '../../../core/contract/index.ts'
import { Button, Dialog, NumberTextField, Select, Spinner } from '../../ui/index.ts'
import { ErrorNotice } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import { ColumnChoices } from './columns/ColumnChoices.tsx'
import { datasetItems, isReadable } from './datasets.selectors.ts'
import { useDatasets } from './datasets.store.ts'
import styles from './ImportDialog.module.css'
import { choose, chooseTarget, finishLooking, useImporting } from './importing.store.ts'

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
        {preview && <Choices preview={preview} />}
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

const UNDECIDED: ImportOptions = {
  encoding: undefined,
  delimiter: undefined,
  hasHeader: undefined,
  sheet: undefined,
  entry: undefined,
  skipRows: undefined,
  conversations: undefined,
}
const ENCODINGS = ['utf-8', 'shift_jis', 'euc-jp', 'iso-2022-jp', 'utf-16le', 'utf-16be'] as const
const DELIMITERS = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'bar' } as const
type Delimiter = keyof typeof DELIMITERS
/** Below it the encoding is a guess that the user should look at. */
const SURE = 0.6

function Choices({ preview }: { readonly preview: ImportPreview }) {
  const { t } = useTranslation('datasets')
  const { encoding, delimiter, hasHeader, sheet, entry, skipRows, conversations } = preview.options
  const format = useFormat()
  const list = (values: readonly string[]) => values.map((value) => ({ id: value, label: value }))
  return (
    <div className={styles.choices}>
      <p className={styles.format}>{t(`importDialog.format.${preview.format}`)}</p>
      {preview.entries && (
        <Select
          label={t('importDialog.entry')}
          items={list(preview.entries)}
          value={entry ?? null}
          onChange={(id) => choose({ ...UNDECIDED, entry: id })}
        />
      )}
      {preview.sheets && preview.sheets.length > 1 && (
        <Select
          label={t('importDialog.sheet')}
          items={list(preview.sheets)}
          value={sheet ?? null}
          onChange={(id) => choose({ sheet: id })}
        />
      )}
      {encoding && (
        <Select
          label={t('importDialog.encoding')}
          items={ENCODINGS.map((id) => ({ id, label: t(`importDialog.encodings.${id}`) }))}
          value={encoding}
          onChange={(id) => choose({ encoding: id as (typeof ENCODINGS)[number] })}
          {...(preview.encodingConfidence !== undefined && {
            help: t(preview.encodingConfidence < SURE ? 'importDialog.unsure' : 'importDialog.sure', {
              percent: format.percent(preview.encodingConfidence),
            }),
          })}
        />
      )}
      {delimiter && (
        <Select
          label={t('importDialog.delimiter')}
          items={(Object.keys(DELIMITERS) as Delimiter[]).map((id) => ({
            id,
            label: t(`importDialog.delimiters.${DELIMITERS[id]}`),
          }))}
          value={delimiter}
          onChange={(id) => choose({ delimiter: id as Delimiter })}
        />
      )}
      {skipRows !== undefined && (
        <NumberTextField
          label={t('importDialog.skipRows')}
          value={String(skipRows)}
          min={0}
          max={MAX_SKIPPED}
          step={1}
          onChange={(text) => skip(text)}
          className={styles.skip as string}
        />
      )}
      {conversations !== undefined && (
        <Select
          label={t('importDialog.conversations')}
          items={(['whole', 'rows'] as const).map((id) => ({ id, label: t(`importDialog.conversationsAs.${id}`) }))}
          value={conversations}
          onChange={(id) => choose({ conversations: id as 'whole' | 'rows' })}
        />
      )}
      {hasHeader !== undefined && (
        <label className={styles.header}>
          <input
            type="checkbox"
            checked={hasHeader}
            onChange={(event) => choose({ hasHeader: event.target.checked })}
          />{' '}
          {t('importDialog.header')}
        </label>
      )}
    </div>
  )
}

const MAX_SKIPPED = 1000

function skip(text: string): void {
  const rows = Number(text.normalize('NFKC'))
  if (text.trim() !== '' && Number.isInteger(rows) && rows >= 0 && rows <= MAX_SKIPPED) choose({ skipRows: rows })
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
