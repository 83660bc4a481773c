import { useTranslation } from 'react-i18next'
import type { ColumnRole } from '../../../core/contract/index.ts'
import styles from './PreviewTable.module.css'

interface PreviewTableProps {
  readonly label: string
  readonly columns: readonly { readonly name: string; readonly role: ColumnRole }[]
  readonly rows: readonly (readonly (string | null)[])[]
  /** False where there are more rows than shown. */
  readonly isWhole: boolean
}

/** The first rows of a table that is not there yet. */
export function PreviewTable({ label, columns, rows, isWhole }: PreviewTableProps) {
  const { t } = useTranslation('datasets')
  return (
    <div className={styles.table} tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ name, role }, index) => (
              <th key={index} scope="col" data-role={role}>
                <span>{name}</span> <small>{t(`role.${role}`)}</small>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className={styles.more}>{t('importDialog.noRows')}</p>}
      {!isWhole && <p className={styles.more}>{t('importDialog.more')}</p>}
    </div>
  )
}
