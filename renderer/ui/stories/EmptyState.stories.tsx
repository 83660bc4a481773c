import { Table2 } from 'lucide-react'
import { Button, EmptyState } from '../index.ts'
import { words, type Stories } from './story.ts'

export const stories: Stories = {
  'with an act': () => (
    <EmptyState icon={<Table2 size={22} />} title={words.title()} text={words.lead()}>
      <Button variant="primary">{words.create()}</Button>
    </EmptyState>
  ),
  'title only': () => <EmptyState title={words.title()} />,
}
