import { Box, FlaskConical, MessageSquareText, Table2, Trash2, Undo2, type LucideIcon } from 'lucide-react'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, TrashEntry, TrashKind } from '../../../core/contract/index.ts'
import { Button, LoadingPane, toast } from '../../ui/index.ts'
import { ErrorNotice, toastError } from '../../errors/index.ts'
import { useFormat } from '../../language/index.ts'
import {
  connectTrash,
  disarm,
  keyOf,
  loadTrash,
  pressEmpty,
  pressRemove,
  restoreEntry,
  useTrash,
} from './trash.store.ts'
import styles from './TrashCard.module.css'

/** What was deleted: brought back, or deleted for good with a second press. */
export function TrashCard() {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const state = useTrash((trash) => trash.state)
  useEffect(connectTrash, [])
  if (state.kind === 'loading') return <LoadingPane />
  if (state.kind === 'failed') return <ErrorNotice error={state.error} onRetry={() => void loadTrash()} />
  const { entries, maxDays, maxBytes } = state.contents
  return (
    <div className={styles.card}>
      <p className={styles.help}>{t('trash.help', { days: maxDays, size: format.bytes(maxBytes) })}</p>
      {entries.length === 0 ? <p className={styles.none}>{t('trash.none')}</p> : <Entries entries={entries} />}
    </div>
  )
}

function Entries({ entries }: { readonly entries: readonly TrashEntry[] }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const total = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return (
    <>
      <ul className={styles.list} aria-label={t('trash.title')}>
        {entries.map((entry) => (
          <Entry key={keyOf(entry)} entry={entry} />
        ))}
      </ul>
      <div className={styles.foot}>
        <span className={styles.total}>{t('trash.total', { count: entries.length, size: format.bytes(total) })}</span>
        <RemoveButton
          armedKey="all"
          label={t('trash.empty')}
          armedLabel={t('trash.emptyNow', { count: entries.length })}
          press={pressEmpty}
        />
      </div>
    </>
  )
}

const icons: Readonly<Record<TrashKind, LucideIcon>> = {
  dataset: Table2,
  experiment: FlaskConical,
  model: Box,
  conversation: MessageSquareText,
}

function Entry({ entry }: { readonly entry: TrashEntry }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const { kind, name, deletedAt, sizeBytes } = entry
  const Icon = icons[kind]
  const restore = async () => {
    const error = await restoreEntry(entry)
    if (error) toastError(error)
    else toast(t('trash.restored', { name }))
  }
  return (
    <li className={styles.entry}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <div className={styles.body}>
        <span className={styles.name} title={name}>
          {name}
        </span>
        <span className={styles.detail}>
          {[
            t(`trash.kind.${kind}`),
            t('trash.deleted', { when: format.when(deletedAt) }),
            format.bytes(sizeBytes),
          ].join(' · ')}
        </span>
      </div>
      <Button
        size="small"
        icon={<Undo2 size={14} />}
        aria-label={t('trash.restoreNamed', { name })}
        onPress={() => void restore()}
      >
        {t('trash.restore')}
      </Button>
      <RemoveButton
        armedKey={keyOf(entry)}
        name={name}
        label={t('trash.remove')}
        armedLabel={t('trash.removeNow')}
        press={() => pressRemove(entry)}
      />
    </li>
  )
}

interface RemoveButtonProps {
  readonly armedKey: string
  /** Read aloud with the label, where there are several such buttons. */
  readonly name?: string
  readonly label: string
  readonly armedLabel: string
  readonly press: () => Promise<AppError | null>
}

function RemoveButton({ armedKey, name, label, armedLabel, press }: RemoveButtonProps) {
  const isArmed = useTrash((trash) => trash.armed === armedKey)
  const text = isArmed ? armedLabel : label
  const act = async () => {
    const error = await press()
    if (error) toastError(error)
  }
  return (
    <Button
      size="small"
      variant={isArmed ? 'danger' : 'quiet'}
      icon={<Trash2 size={14} />}
      {...(name !== undefined && { 'aria-label': `${text} ${name}` })}
      onPress={() => void act()}
      onBlur={() => disarm(armedKey)}
    >
      {text}
    </Button>
  )
}
