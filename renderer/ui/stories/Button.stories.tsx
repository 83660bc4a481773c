import { Play, Trash2 } from 'lucide-react'
import { Button, IconButton } from '../index.ts'
import { words, type Stories } from './story.ts'

const icon = <Play size={14} />

export const stories: Stories = {
  primary: () => <Button variant="primary">{words.save()}</Button>,
  secondary: () => <Button>{words.rename()}</Button>,
  quiet: () => <Button variant="quiet">{words.cancel()}</Button>,
  danger: () => <Button variant="danger">{words.remove()}</Button>,
  large: () => (
    <Button variant="primary" size="large" icon={icon}>
      {words.save()}
    </Button>
  ),
  small: () => (
    <Button size="small" icon={icon}>
      {words.copy()}
    </Button>
  ),
  'primary, disabled': () => (
    <Button variant="primary" isDisabled>
      {words.save()}
    </Button>
  ),
  disabled: () => <Button isDisabled>{words.rename()}</Button>,
  'icon only': () => <IconButton icon={<Trash2 size={16} />} label={words.remove()} shortcut="Ctrl+D" />,
  'icon only, small': () => <IconButton icon={<Trash2 size={15} />} label={words.remove()} size="small" />,
  'icon only, disabled': () => <IconButton icon={<Trash2 size={16} />} label={words.remove()} isDisabled />,
}
