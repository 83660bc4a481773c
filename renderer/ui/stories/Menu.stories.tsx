import { Copy, Ellipsis, Pencil, Trash2 } from 'lucide-react'
import { Button, Menu, type MenuEntry } from '../index.ts'
import { words, type Stories } from './story.ts'

const nothing = () => {}
const entries = (): readonly MenuEntry[] => [
  { id: 'rename', label: words.rename(), icon: <Pencil size={14} />, shortcut: 'F2', onAction: nothing },
  { id: 'copy', label: words.copy(), icon: <Copy size={14} />, isDisabled: true, onAction: nothing },
  { id: 'remove', label: words.remove(), icon: <Trash2 size={14} />, danger: true, separated: true, onAction: nothing },
]

export const stories: Stories = {
  menu: () => <Menu label="Menu" trigger={<Button icon={<Ellipsis size={15} />}>Menu</Button>} entries={entries()} />,
}
