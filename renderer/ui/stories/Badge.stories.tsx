import { Check, TriangleAlert, X } from 'lucide-react'
import { Badge } from '../index.ts'
import { words, type Stories } from './story.ts'

export const stories: Stories = {
  neutral: () => <Badge>{words.model()}</Badge>,
  good: () => (
    <Badge tone="good" icon={<Check size={13} />}>
      {words.fits()}
    </Badge>
  ),
  warning: () => (
    <Badge tone="warning" icon={<TriangleAlert size={13} />}>
      {words.tight()}
    </Badge>
  ),
  bad: () => (
    <Badge tone="bad" icon={<X size={13} />}>
      {words.tooSmall()}
    </Badge>
  ),
}
