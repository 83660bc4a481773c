import { Plus, X } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { create } from 'zustand'
import { MAX_CHAT_COLUMNS, type ChatColumn, type ChatSource, type ExperimentId } from '../../../core/contract/index.ts'
import { openAdd } from '../models/index.ts'
import { IconButton, Menu, Select, Switch, type SelectSection } from '../../ui/index.ts'
import * as api from './chat.api.ts'
import { parseSource, sourceKey } from './chat.selectors.ts'
import { isAnswering, setColumns, useChat } from './chat.store.ts'
import { useNameOf, useSourceSections } from './useSources.ts'
import styles from './Columns.module.css'

/** Who answers: one to four models, runs or checkpoints, each chosen above its answers. */
export function Columns() {
  const columns = useChat((state) => state.columns)
  const sections = useSourceSections()
  return (
    <div className={styles.columns}>
      {columns.map((column, index) => (
        <Column key={index} index={index} column={column} columns={columns} sections={sections} />
      ))}
      {columns.length === 0 && <FirstColumn sections={sections} />}
      {columns.length > 0 && columns.length < MAX_CHAT_COLUMNS && <Add columns={columns} sections={sections} />}
    </div>
  )
}

interface ColumnProps {
  readonly index: number
  readonly column: ChatColumn
  readonly columns: readonly ChatColumn[]
  readonly sections: readonly SelectSection[]
}

function Column({ index, column, columns, sections }: ColumnProps) {
  const { t } = useTranslation('chat')
  const nameOf = useNameOf()
  const busy = useChat(isAnswering)
  const change = (next: ChatColumn) => void setColumns(columns.map((one, at) => (at === index ? next : one)))
  const isHere = nameOf(column) !== null
  return (
    <div className={styles.column}>
      <div className={styles.line}>
        <Select
          label={t('column', { number: index + 1 })}
          labelHidden
          sections={sections}
          value={isHere ? sourceKey(column.source) : null}
          onChange={(key) => change(columnOf(sections, key))}
          placeholder={isHere ? t('choose') : t('sources.deleted', { name: column.name })}
          isDisabled={busy}
          quiet
          className={styles.select as string}
        />
        {columns.length > 1 && (
          <IconButton
            icon={<X size={14} />}
            size="small"
            label={t('columns.remove', { name: column.name })}
            isDisabled={busy}
            onPress={() => void setColumns(columns.filter((_, at) => at !== index))}
          />
        )}
      </div>
      {column.source.kind === 'experiment' && isHere && (
        <Choices source={column.source} isDisabled={busy} onChange={(source) => change({ ...column, source })} />
      )}
    </div>
  )
}

type Experiment = Extract<ChatSource, { kind: 'experiment' }>

/** Of a run: its adapter on or off, and which checkpoint. */
function Choices({
  source,
  isDisabled,
  onChange,
}: {
  readonly source: Experiment
  readonly isDisabled: boolean
  readonly onChange: (source: Experiment) => void
}) {
  const { t } = useTranslation('chat')
  const steps = useCheckpoints(source.experimentId)
  const { step, adapter, ...rest } = source
  const isOn = adapter !== 'off'
  return (
    <div className={styles.choices}>
      <Switch
        value={isOn}
        isDisabled={isDisabled}
        onChange={(on) =>
          onChange({ ...rest, ...(step !== undefined && { step }), ...(!on && { adapter: 'off' as const }) })
        }
      >
        {t('columns.adapter')}
      </Switch>
      {isOn && steps.length > 1 && (
        <Select
          label={t('sources.checkpoints')}
          labelHidden
          quiet
          isDisabled={isDisabled}
          value={step === undefined ? 'used' : String(step)}
          items={[
            { id: 'used', label: t('sources.used') },
            ...steps.map((one) => ({ id: String(one), label: t('sources.step', { step: one }) })),
          ]}
          onChange={(chosen) => onChange({ ...rest, ...(chosen !== 'used' && { step: Number(chosen) }) })}
        />
      )}
    </div>
  )
}

/** Steps whose checkpoints are kept, by experiment. Session scope. */
const useSteps = create<Readonly<Record<string, readonly number[]>>>()(() => ({}))
const none: readonly number[] = []

function useCheckpoints(id: ExperimentId): readonly number[] {
  useEffect(() => {
    void api.experiment(id).then((result) => {
      if (result.ok) useSteps.setState({ [id]: result.value.checkpoints })
    })
  }, [id])
  return useSteps((steps) => steps[id] ?? none)
}

function FirstColumn({ sections }: { readonly sections: readonly SelectSection[] }) {
  const { t } = useTranslation('chat')
  return (
    <Select
      label={t('column', { number: 1 })}
      labelHidden
      sections={sections}
      value={null}
      onChange={(key) => void setColumns([columnOf(sections, key)])}
      placeholder={t('choose')}
      quiet
      className={styles.select as string}
    />
  )
}

function Add({
  columns,
  sections,
}: {
  readonly columns: readonly ChatColumn[]
  readonly sections: readonly SelectSection[]
}) {
  const { t } = useTranslation(['chat', 'models'])
  const busy = useChat(isAnswering)
  const items = useMemo(
    () => sections.flatMap(({ items: found }) => found).filter(({ isDisabled }) => !isDisabled),
    [sections],
  )
  return (
    <Menu
      label={t('columns.add')}
      trigger={<IconButton icon={<Plus size={16} />} label={t('columns.add')} isDisabled={busy} />}
      entries={[
        ...items.map(({ id, label }) => ({
          id,
          label,
          onAction: () => void setColumns([...columns, columnOf(sections, id)]),
        })),
        { id: 'get', label: t('models:add.title'), separated: true, onAction: () => openAdd() },
      ]}
    />
  )
}

function columnOf(sections: readonly SelectSection[], key: string): ChatColumn {
  const item = sections.flatMap(({ items }) => items).find(({ id }) => id === key)
  return { source: parseSource(key), name: (item?.label ?? key).slice(0, 200) }
}
