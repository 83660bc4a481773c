import { Check, TriangleAlert, X } from 'lucide-react'
import { Badge } from '../index.ts'
import { words, type Stories } from './story.ts'

export const stories: Stories = {
  neutral: () => (
    <p>
      <Badge>{words.model()}</Badge>
    </p>
  ),
  good: () => (
    <p>
      <Badge tone="good" icon={<Check size={13} />}>
        {words.fits()}
      </Badge>
    </p>
  ),
  warning: () => (
    <p>
      <Badge tone="warning" icon={<TriangleAlert size={13} />}>
        {words.tight()}
      </Badge>
    </p>
  ),
  bad: () => (
    <p>
      <Badge tone="bad" icon={<X size={13} />}>
        {words.tooSmall()}
      </Badge>
    </p>
  ),
}
