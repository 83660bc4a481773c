import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { ColumnId, DatasetInfo, ViewFilter } from '../../../../core/contract/index.ts'
import { Button, Dialog, Select, Switch, TextField } from '../../../ui/index.ts'
import type { DatasetDocument } from '../document.ts'

interface FilterDialogProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly columnId: ColumnId
  readonly onClose: () => void
}

const KINDS = ['contains', 'equals', 'empty', 'notEmpty', 'regex'] as const satisfies readonly ViewFilter['kind'][]
const NEW: Pick<ViewFilter, 'kind' | 'value' | 'matchCase'> = { kind: 'contains', value: '', matchCase: false }
const MAX_VALUE = 1000

/** The condition by which the rows of a column are shown; the column's own one, if it has one already, is changed. */
export function FilterDialog({ document, info, columnId, onClose }: FilterDialogProps) {
  const { t } = useTranslation('datasets')
  const filters = useStore(document.state, (state) => state.filters)
  const before = filters.find((filter) => filter.columnId === columnId)
  const [{ kind, value, matchCase }, setChoice] = useState(before ?? NEW)
  const change = (choice: Partial<typeof NEW>) => setChoice((old) => ({ ...old, ...choice }))
  const needsText = kind !== 'empty' && kind !== 'notEmpty'
  const column = info.columns.find(({ id }) => id === columnId)?.name ?? ''

  const show = async () => {
    const others = filters.filter((filter) => filter !== before)
    if (await document.filter([...others, { columnId, kind, value: needsText ? value : '', matchCase }])) onClose()
  }
  const remove = async () => {
    await document.filter(filters.filter((filter) => filter !== before))
    onClose()
  }
  const actions = (
    <>
      {before && <Button onPress={() => void remove()}>{t('filter.remove')}</Button>}
      <Button variant="primary" isDisabled={needsText && value === ''} onPress={() => void show()}>
        {t('filter.apply')}
      </Button>
    </>
  )
  return (
    <Dialog title={t('filter.of', { column })} isOpen onClose={onClose} actions={actions}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!needsText || value !== '') void show()
        }}
        style={{ display: 'grid', gap: 12 }}
      >
        <Select
          label={t('filter.condition')}
          items={KINDS.map((id) => ({ id, label: t(`filter.kind.${id}`) }))}
          value={kind}
          onChange={(id) => change({ kind: id as ViewFilter['kind'] })}
        />
        {needsText && (
          <TextField
            label={t('filter.value')}
            value={value}
            maxLength={MAX_VALUE}
            autoFocus
            onChange={(text) => change({ value: text })}
          />
        )}
        {needsText && (
          <Switch value={matchCase} onChange={(on) => change({ matchCase: on })}>
            {t('find.matchCase')}
          </Switch>
        )}
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}
