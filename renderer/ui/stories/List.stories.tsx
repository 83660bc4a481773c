import { Box, Plus } from 'lucide-react'
import { useState } from 'react'
import { IconButton, List, ListPane, ProgressBar } from '../index.ts'
import { words, type Stories } from './story.ts'

function Names() {
  const [selected, setSelected] = useState<string | null>('two')
  return (
    <List
      label={words.title()}
      selected={selected}
      onSelect={setSelected}
      entries={[
        { id: 'one', title: words.title(), detail: words.hint() },
        { id: 'two', title: words.question(), detail: words.hint(), aside: words.finished() },
        {
          id: 'three',
          title: words.lead(),
          icon: <Box size={16} />,
          foot: <ProgressBar label={words.running()} value={0.4} />,
        },
      ]}
    />
  )
}

function Groups() {
  const [selected, setSelected] = useState<string | null>('one')
  const entry = (id: string) => ({ id, title: words.question(), detail: words.hint(), icon: <Box size={16} /> })
  return (
    <List
      label={words.title()}
      selected={selected}
      onSelect={setSelected}
      sections={[
        { id: 'first', title: words.model(), entries: [entry('one'), entry('two')] },
        { id: 'empty', title: words.chat(), entries: [] },
        { id: 'last', title: words.title(), entries: [entry('three')] },
      ]}
    />
  )
}

export const stories: Stories = {
  list: () => (
    <div>
      <Names />
    </div>
  ),
  'in groups': () => (
    <div>
      <Groups />
    </div>
  ),
  'in its pane': () => (
    <ListPane
      title={words.title()}
      actions={<IconButton icon={<Plus size={16} />} label={words.create()} size="small" />}
    >
      <Names />
    </ListPane>
  ),
}
