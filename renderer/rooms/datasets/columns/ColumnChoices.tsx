import { ArrowDown, ArrowUp, ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ColumnRole, type ImportPreview } from '../../../../core/contract/index.ts'
import { Button, IconButton, Select, TextField } from '../../../ui/index.ts'
import { chooseColumns, useImporting } from '../importing.store.ts'
import { changeAt, move, unchanged, type ColumnChoice } from './columnChoices.ts'
import styles from './ColumnChoices.module.css'

/** Which columns of a file are taken, under which names, in which roles and in which order. */
export function ColumnChoices({ sources, columns }: Pick<ImportPreview, 'sources' | 'columns'>) {
  const { t } = useTranslation('datasets')
  const choices = useImporting((state) => state.looking?.choices ?? null) ?? unchanged(sources)
  const [isOpen, setOpen] = useState(false)
  const roleOf = (index: number): ColumnRole =>
    (choices[index]?.isKept ? choices[index].role : 'ignore') ??
    columns[choices.slice(0, index).filter(({ isKept }) => isKept).length]?.role ??
    'ignore'
  const keptCount = choices.filter(({ isKept }) => isKept).length
  return (
    <section>
      <Button
        variant="quiet"
        size="small"
        icon={isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
        aria-expanded={isOpen}
        onPress={() => setOpen(!isOpen)}
      >
        {t('importDialog.columns.title')}
      </Button>
      {keptCount < choices.length && (
        <span className={styles.count}>
          {t('importDialog.columns.kept', { kept: keptCount, total: choices.length })}
        </span>
      )}
      {isOpen && (
        <ol className={styles.list}>
          {choices.map((choice, index) => (
            <Line
              key={choice.from}
              choice={choice}
              index={index}
              choices={choices}
              role={roleOf(index)}
              isLastKept={choice.isKept && keptCount === 1}
              onChange={(changed) => chooseColumns(changed, sources)}
            />
          ))}
        </ol>
      )}
    </section>
  )
}

interface LineProps {
  readonly choice: ColumnChoice
  readonly index: number
  readonly choices: readonly ColumnChoice[]
  readonly role: ColumnRole
  readonly isLastKept: boolean
  readonly onChange: (choices: readonly ColumnChoice[]) => void
}

function Line({ choice, index, choices, role, isLastKept, onChange }: LineProps) {
  const { t } = useTranslation('datasets')
  const { from, isKept } = choice
  const [draft, setDraft] = useState<string | null>(null)
  const rename = () => {
    const wanted = draft?.trim() || from
    setDraft(null)
    if (draft !== null && wanted !== choice.name) onChange(changeAt(choices, index, { name: wanted }))
  }
  return (
    <li className={styles.line} data-dropped={!isKept || undefined}>
      <input
        type="checkbox"
        checked={isKept}
        disabled={isLastKept}
        aria-label={t('importDialog.columns.keep', { name: from })}
        onChange={() => onChange(changeAt(choices, index, { isKept: !isKept }))}
      />
      <span className={styles.from} title={from}>
        {from}
      </span>
      <TextField
        label={t('importDialog.columns.name', { name: from })}
        labelHidden
        value={draft ?? choice.name}
        maxLength={1000}
        isDisabled={!isKept}
        onChange={setDraft}
        onBlur={rename}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.nativeEvent.isComposing) rename()
        }}
        className={styles.name as string}
      />
      <Select
        label={t('importDialog.columns.role', { name: from })}
        labelHidden
        items={ColumnRole.options.map((id) => ({ id, label: t(`role.${id}`) }))}
        value={role}
        isDisabled={!isKept}
        onChange={(id) => onChange(changeAt(choices, index, { role: id as ColumnRole }))}
        className={styles.role as string}
      />
      <IconButton
        size="small"
        icon={<ArrowUp size={14} />}
        label={t('importDialog.columns.up', { name: from })}
        isDisabled={index === 0}
        onPress={() => onChange(move(choices, index, -1))}
      />
      <IconButton
        size="small"
        icon={<ArrowDown size={14} />}
        label={t('importDialog.columns.down', { name: from })}
        isDisabled={index === choices.length - 1}
        onPress={() => onChange(move(choices, index, 1))}
      />
    </li>
  )
}
