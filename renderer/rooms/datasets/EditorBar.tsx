import {
  CircleHelp,
  Combine,
  Ellipsis,
  History,
  PenLine,
  Redo2,
  Rows3,
  Save,
  ScanText,
  Search,
  Trash2,
  Undo2,
  Upload,
} from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../core/contract/index.ts'
import { Button, IconButton, Menu, type MenuEntry } from '../../ui/index.ts'
import { shortcutText } from '../../commands/index.ts'
import { exportDataset, removeDataset, removeDuplicates } from './datasets.actions.ts'
import type { DatasetDocument } from './document.ts'
import { useFormats, writingsOf } from './formats.store.ts'
import { commandOf, isDanger, LINES_MENU, runFromMenu } from './grid/commands.ts'
import { CombineDialog } from './combine/CombineDialog.tsx'
import { KeysHelp } from './KeysHelp.tsx'
import { ViewMenu } from './ViewMenu.tsx'
import styles from './DatasetsRoom.module.css'

/** The dataset's name and its tools. */
export function EditorBar({
  document,
  info,
  onFind,
  onSample,
  onHistory,
  children,
}: {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onFind: () => void
  readonly onSample: () => void
  readonly onHistory: () => void
  readonly children?: ReactNode
}) {
  const { t } = useTranslation('datasets')
  const [renaming, setRenaming] = useState(false)
  const [helping, setHelping] = useState(false)
  const [combining, setCombining] = useState(false)
  const saving = useStore(document.state, (state) => state.saveState === 'saving')
  const exports: MenuEntry[] = writingsOf(useFormats((state) => state.known)).map((writing) => ({
    id: writing.id,
    label: t(`exportAs.${writing.id}`, { defaultValue: writing.id }),
    onAction: () => void exportDataset(info, document, writing),
  }))
  const more: MenuEntry[] = [
    {
      id: 'rename',
      label: t('renameHint'),
      icon: <PenLine size={15} />,
      onAction: () => setTimeout(() => setRenaming(true)),
    },
    { id: 'history', label: t('history.open'), icon: <History size={15} />, onAction: onHistory },
    {
      id: 'combine',
      label: t('combine.open'),
      icon: <Combine size={15} />,
      onAction: () => setTimeout(() => setCombining(true)),
    },
    { id: 'duplicates', label: t('removeDuplicates'), onAction: () => void removeDuplicates(info, document) },
    { id: 'help', label: t('help'), icon: <CircleHelp size={15} />, onAction: () => setHelping(true) },
    {
      id: 'remove',
      label: t('removeDataset'),
      icon: <Trash2 size={15} />,
      danger: true,
      separated: true,
      onAction: () => void removeDataset(info, document),
    },
  ]
  return (
    <header className={styles.bar}>
      {renaming ? (
        <NameField name={info.name} label={t('name')} onDone={(name) => finishRename(name)} />
      ) : (
        <h2 className={styles.name} title={info.name} onDoubleClick={() => setRenaming(true)}>
          {info.name}
        </h2>
      )}
      {children}
      <div className={styles.tools} data-region="tools" role="toolbar" aria-label={t('tools')}>
        <IconButton
          icon={<Undo2 size={16} />}
          label={t('undo')}
          shortcut={shortcutText('Mod+Z')}
          isDisabled={info.undoCount === 0}
          onPress={() => void document.undo()}
        />
        <IconButton
          icon={<Redo2 size={16} />}
          label={t('redo')}
          shortcut={shortcutText('Mod+Shift+Z')}
          isDisabled={info.redoCount === 0}
          onPress={() => void document.redo()}
        />
        <IconButton
          icon={<Search size={16} />}
          label={t('find.title')}
          shortcut={shortcutText('Mod+F')}
          onPress={onFind}
        />
        <IconButton icon={<ScanText size={16} />} label={t('sample.title')} onPress={onSample} />
        <LinesMenu document={document} />
        <ViewMenu id={info.id} />
        <IconButton icon={<CircleHelp size={16} />} label={t('help')} onPress={() => setHelping(true)} />
        <Menu
          trigger={<Button icon={<Upload size={15} />}>{t('export')}</Button>}
          entries={exports}
          label={t('export')}
        />
        <Button icon={<Save size={15} />} isDisabled={saving} onPress={() => void document.save()}>
          {t('save')}
        </Button>
        <Menu
          trigger={<IconButton icon={<Ellipsis size={16} />} label={t('more')} />}
          entries={more}
          label={t('more')}
        />
      </div>
      {combining && <CombineDialog document={document} info={info} onClose={() => setCombining(false)} />}
      <KeysHelp isOpen={helping} onClose={() => setHelping(false)} />
    </header>
  )

  function finishRename(name: string | null): void {
    setRenaming(false)
    if (name !== null && name !== info.name) void document.rename(name)
  }
}

/** Inserting and deleting rows and columns at the selection: the same commands as in the table's own menu. */
function LinesMenu({ document }: { readonly document: DatasetDocument }) {
  const { t } = useTranslation('datasets')
  const context = useStore(document.grid, (state) => state.context)
  // The selection decides what can run.
  useStore(document.grid, (state) => state.selection)
  const entries: MenuEntry[] = LINES_MENU.flatMap((section, index) =>
    section.map((id, place) => {
      const { shortcut, canRun } = commandOf(id)
      return {
        id,
        label: t(`grid.command.${id}`),
        ...(shortcut !== undefined && { shortcut: shortcutText(shortcut) }),
        isDisabled: !context || !canRun(context),
        danger: isDanger(id),
        separated: index > 0 && place === 0,
        onAction: () => context && runFromMenu(id, context),
      }
    }),
  )
  return (
    <Menu trigger={<IconButton icon={<Rows3 size={16} />} label={t('lines')} />} label={t('lines')} entries={entries} />
  )
}

const MAX_NAME = 120

function NameField({
  name,
  label,
  onDone,
}: {
  readonly name: string
  readonly label: string
  readonly onDone: (name: string | null) => void
}) {
  const cancelled = useRef(false)
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing || event.keyCode === 229 || (event.key !== 'Enter' && event.key !== 'Escape'))
      return
    cancelled.current = event.key === 'Escape'
    event.currentTarget.blur()
  }
  return (
    <input
      autoFocus
      className={styles.nameField}
      aria-label={label}
      defaultValue={name}
      maxLength={MAX_NAME}
      spellCheck={false}
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={onKeyDown}
      onBlur={(event) => onDone(cancelled.current ? null : event.currentTarget.value.trim() || null)}
    />
  )
}
