import { ArrowRight } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { ColumnTarget, DatasetInfo } from '../../../../core/contract/index.ts'
import { toastError } from '../../../errors/index.ts'
import { Select } from '../../../ui/index.ts'
import * as api from '../datasets.api.ts'
import { PreviewTable } from '../PreviewTable.tsx'
import { addedRows, changeTarget, matched, type SourceColumn } from './columnTargets.ts'
import styles from './ColumnTargets.module.css'

interface ColumnTargetsProps {
  /** The dataset that gets the rows. */
  readonly info: DatasetInfo
  /** The columns of the rows that are added. */
  readonly sources: readonly SourceColumn[]
  /** Null until the host has matched the columns. */
  readonly targets: readonly ColumnTarget[] | null
  readonly onChange: (targets: readonly ColumnTarget[]) => void
  /** The first rows, and whether there are more. */
  readonly rows: readonly (readonly (string | null)[])[]
  readonly isWhole: boolean
}

/** Which column continues which, as guessed by name and role and changed by the user, and what comes of it. */
export function ColumnTargets({ info, sources, targets, onChange, rows, isWhole }: ColumnTargetsProps) {
  const { t } = useTranslation('datasets')
  useMatching(info, sources, onChange)
  if (!targets || targets.length !== sources.length) return null
  const added = addedRows(info.columns, sources, targets, rows)
  return (
    <section className={styles.section} aria-label={t('columnTargets.title')}>
      <h3>{t('columnTargets.title')}</h3>
      <ol className={styles.list}>
        {sources.map(({ name }, index) => (
          <li key={index} className={styles.line}>
            <span className={styles.from} title={name}>
              {name}
            </span>
            <ArrowRight size={14} aria-hidden />
            <Select
              label={t('columnTargets.to', { name })}
              labelHidden
              items={[
                ...info.columns.map((column) => ({
                  id: column.id,
                  label: column.name,
                  detail: t(`role.${column.role}`),
                })),
                { id: 'new', label: t('columnTargets.new', { name }) },
                { id: 'none', label: t('columnTargets.none') },
              ]}
              value={targets[index]?.to ?? null}
              onChange={(to) => onChange(changeTarget(targets, index, to as ColumnTarget['to']))}
              className={styles.to as string}
            />
          </li>
        ))}
      </ol>
      {added.empty.length > 0 && (
        <p className={styles.note}>
          {t('columnTargets.empty', {
            names: added.empty.map((name) => t('combine.quoted', { name })).join(t('combine.separator')),
          })}
        </p>
      )}
      <PreviewTable label={t('columnTargets.rows')} columns={added.columns} rows={added.rows} isWhole={isWhole} />
    </section>
  )
}

/** Asks the host which columns belong together, anew where they are others. */
function useMatching({ id }: DatasetInfo, sources: readonly SourceColumn[], onMatched: ColumnTargetsProps['onChange']) {
  const asked = JSON.stringify([id, sources.map(({ name, role }) => [name, role])])
  useEffect(() => {
    let isCurrent = true
    const columns = sources.map(({ name, role }) => ({ name, role }))
    void api.matchColumns({ id, columns }).then((result) => {
      if (!isCurrent) return
      if (result.ok) onMatched(matched(sources, result.value))
      else toastError(result.error)
    })
    return () => {
      isCurrent = false
    }
    // Only other columns are matched anew.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [asked])
}
