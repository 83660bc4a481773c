import { Button, Notice } from '../index.ts'
import { words, type Stories } from './story.ts'

const act = () => <Button size="small">{words.retry()}</Button>

export const stories: Stories = {
  info: () => <Notice tone="info">{words.lead()}</Notice>,
  warning: () => (
    <Notice tone="warning" actions={act()}>
      {words.lead()}
    </Notice>
  ),
  error: () => (
    <Notice tone="error" actions={act()}>
      {words.lead()}
    </Notice>
  ),
}
