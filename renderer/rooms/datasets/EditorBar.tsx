import { CircleHelp, Redo2, Save, ScanText, Search, Undo2 } from 'lucide-react'
import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../core/contract/index.ts'
import { Button, IconButton } from '../../ui/index.ts'
import { shortcutText } from '../../commands/index.ts'
import type { DatasetDocument } from './document.ts'
import { CombineDialog } from './combine/CombineDialog.tsx'
import { ExportMenu, LinesMenu, MoreMenu } from './EditorMenus.tsx'
import { KeysHelp } from './KeysHelp.tsx'
import { ViewMenu } from './ViewMenu.tsx'
import styles from './DatasetsRoom.module.css'

interface EditorBarProps {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
  readonly onFind: () => void
  readonly onSample: () => void
  readonly onHistory: () => void
  readonly children?: ReactNode
}

/** The dataset's name and its tools. */
export function EditorBar({ document, info, onFind, onSample, onHistory, children }: EditorBarProps) {
  const { t } = useTranslation('datasets')
  const [renaming, setRenaming] = useState(false)
  const [helping, setHelping] = useState(false)
  const [combining, setCombining] = useState(false)
  const saving = useStore(document.state, (state) => state.saveState === 'saving')
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
        <UndoAndRedo document={document} info={info} />
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
        <ExportMenu document={document} info={info} />
        <Button icon={<Save size={15} />} isDisabled={saving} onPress={() => void document.save()}>
          {t('save')}
        </Button>
        <MoreMenu
          document={document}
          info={info}
          onRename={() => setTimeout(() => setRenaming(true))}
          onHistory={onHistory}
          onCombine={() => setTimeout(() => setCombining(true))}
          onHelp={() => setHelping(true)}
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

function UndoAndRedo({ document, info }: { readonly document: DatasetDocument; readonly info: DatasetInfo }) {
  const { t } = useTranslation('datasets')
  return (
    <>
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
    </>
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
