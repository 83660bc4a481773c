import { CircleHelp, Combine, Ellipsis, History, PenLine, Rows3, Trash2, Upload } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useStore } from 'zustand'
import type { DatasetInfo } from '../../../core/contract/index.ts'
import { Button, IconButton, Menu, type MenuEntry } from '../../ui/index.ts'
import { shortcutText } from '../../commands/index.ts'
import { exportDataset, removeDataset, removeDuplicates } from './datasets.actions.ts'
import type { DatasetDocument } from './document.ts'
import { useFormats, writingsOf } from './formats.store.ts'
import { commandOf, isDanger, LINES_MENU, runFromMenu } from './grid/commands.ts'

interface OfDataset {
  readonly document: DatasetDocument
  readonly info: DatasetInfo
}

/** The formats that the dataset can be written in. */
export function ExportMenu({ document, info }: OfDataset) {
  const { t } = useTranslation('datasets')
  const exports: MenuEntry[] = writingsOf(useFormats((state) => state.known)).map((writing) => ({
    id: writing.id,
    label: t(`exportAs.${writing.id}`, { defaultValue: writing.id }),
    onAction: () => void exportDataset(info, document, writing),
  }))
  return (
    <Menu trigger={<Button icon={<Upload size={15} />}>{t('export')}</Button>} entries={exports} label={t('export')} />
  )
}

interface MoreMenuProps extends OfDataset {
  readonly onRename: () => void
  readonly onHistory: () => void
  readonly onCombine: () => void
  readonly onHelp: () => void
}

/** What is done with the dataset as a whole. */
export function MoreMenu({ document, info, onRename, onHistory, onCombine, onHelp }: MoreMenuProps) {
  const { t } = useTranslation('datasets')
  const more: MenuEntry[] = [
    { id: 'rename', label: t('renameHint'), icon: <PenLine size={15} />, onAction: onRename },
    { id: 'history', label: t('history.open'), icon: <History size={15} />, onAction: onHistory },
    { id: 'combine', label: t('combine.open'), icon: <Combine size={15} />, onAction: onCombine },
    { id: 'duplicates', label: t('removeDuplicates'), onAction: () => void removeDuplicates(info, document) },
    { id: 'help', label: t('help'), icon: <CircleHelp size={15} />, onAction: onHelp },
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
    <Menu trigger={<IconButton icon={<Ellipsis size={16} />} label={t('more')} />} entries={more} label={t('more')} />
  )
}

/** Inserting and deleting rows and columns at the selection: the same commands as in the table's own menu. */
export function LinesMenu({ document }: { readonly document: DatasetDocument }) {
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
