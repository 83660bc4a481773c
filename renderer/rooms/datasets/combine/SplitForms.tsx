import i18next from 'i18next'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnId, DatasetInfo, DatasetSplit, Result } from '../../../../core/contract/index.ts'
import { NumberTextField, Segmented, Select, toast } from '../../../ui/index.ts'
import { toastError } from '../../../errors/index.ts'
import * as api from '../datasets.api.ts'
import { takeInfo } from '../datasets.store.ts'
import type { CombineFormProps } from './CombineDialog.tsx'
import styles from './CombineDialog.module.css'

const WAYS = ['share', 'value'] as const
const DEFAULT_PERCENT = 90
const MAX_PERCENT = 99
const DEFAULT_ROWS = 100
const MAX_SEED = 2 ** 31 - 1

/** A whole number as typed, full-width digits too; null where it is none or out of range. */
function wholeNumber(text: string, min: number, max: number): number | null {
  const value = Number(text.normalize('NFKC').replaceAll(',', ''))
  return text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max ? value : null
}

/** New datasets of this one's rows: two by chance, or one for each text of a column. */
export function SplitForm({ document, info, onReady }: CombineFormProps) {
  const { t } = useTranslation('datasets')
  const [way, setWay] = useState<(typeof WAYS)[number]>('share')
  const [percent, setPercent] = useState(String(DEFAULT_PERCENT))
  const [seed, setSeed] = useState('1')
  const [columnId, setColumn] = useState<ColumnId | null>(info.columns[0]?.id ?? null)
  const share = wholeNumber(percent, 1, MAX_PERCENT)
  const chance = wholeNumber(seed, 0, MAX_SEED)
  const by = ((): DatasetSplit | null => {
    if (way === 'value') return columnId === null ? null : { kind: 'value', columnId }
    if (share === null || chance === null) return null
    const parts = [
      { name: t('combine.split.first', { name: info.name }), share: share / 100 },
      { name: t('combine.split.second', { name: info.name }), share: (100 - share) / 100 },
    ]
    return { kind: 'share', parts, seed: chance }
  })()
  useReady(
    onReady,
    by &&
      (async () => {
        await document.settled()
        return shown(await api.split({ id: info.id, by }))
      }),
    JSON.stringify(by),
  )
  return (
    <>
      <Segmented
        label={t('combine.split.way')}
        items={WAYS.map((id) => ({ id, label: t(`combine.split.${id}`) }))}
        value={way}
        onChange={setWay}
      />
      {way === 'share' ? (
        <div className={styles.pair}>
          <NumberTextField
            label={t('combine.split.percent')}
            value={percent}
            unit="%"
            min={1}
            max={MAX_PERCENT}
            step={5}
            error={share === null ? t('combine.range', { min: 1, max: MAX_PERCENT }) : null}
            onChange={setPercent}
          />
          <SeedField value={seed} isValid={chance !== null} onChange={setSeed} />
        </div>
      ) : (
        <Select
          label={t('combine.split.column')}
          items={info.columns.map(({ id, name }) => ({ id, label: name }))}
          value={columnId}
          onChange={(id) => setColumn(id as ColumnId)}
        />
      )}
    </>
  )
}

function SeedField({
  value,
  isValid,
  onChange,
}: {
  readonly value: string
  readonly isValid: boolean
  readonly onChange: (text: string) => void
}) {
  const { t } = useTranslation('datasets')
  return (
    <NumberTextField
      label={t('combine.seed')}
      value={value}
      min={0}
      max={MAX_SEED}
      step={1}
      error={isValid ? null : t('combine.range', { min: 0, max: MAX_SEED })}
      onChange={onChange}
    />
  )
}

/** A new dataset of rows chosen by chance. */
export function SampleForm({ document, info, onReady }: CombineFormProps) {
  const { t } = useTranslation('datasets')
  const [rows, setRows] = useState(String(Math.max(1, Math.min(DEFAULT_ROWS, info.rowCount))))
  const [seed, setSeed] = useState('1')
  const most = Math.max(1, info.rowCount)
  const count = wholeNumber(rows, 1, most)
  const chance = wholeNumber(seed, 0, MAX_SEED)
  useReady(
    onReady,
    count === null || chance === null || info.rowCount === 0
      ? null
      : async () => {
          await document.settled()
          const result = await api.sampleRows({ id: info.id, rows: count, seed: chance })
          return shown(result.ok ? { ok: true, value: [result.value] } : result)
        },
    `${count} ${chance}`,
  )
  return (
    <div className={styles.pair}>
      <NumberTextField
        label={t('combine.sample.rows')}
        value={rows}
        min={1}
        max={most}
        step={10}
        error={count === null ? t('combine.range', { min: 1, max: most }) : null}
        onChange={setRows}
      />
      <SeedField value={seed} isValid={chance !== null} onChange={setSeed} />
    </div>
  )
}

/** Tells the dialog what its button does, anew whenever `key` changes. */
function useReady(onReady: CombineFormProps['onReady'], run: (() => Promise<boolean>) | null, key: string): void {
  useEffect(() => {
    onReady(run)
    // The key says whether the act has changed.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key])
}

function shown(result: Result<readonly DatasetInfo[]>): boolean {
  if (!result.ok) {
    toastError(result.error)
    return false
  }
  result.value.forEach(takeInfo)
  const t = i18next.getFixedT(null, 'datasets')
  const names = result.value.map(({ name }) => t('combine.quoted', { name })).join(t('combine.separator'))
  toast(t('combine.made', { count: result.value.length, names }))
  return true
}
