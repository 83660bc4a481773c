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

export const stories: Stories = {
  list: () => <Names />,
  'in its pane': () => (
    <ListPane
      title={words.title()}
      actions={<IconButton icon={<Plus size={16} />} label={words.create()} size="small" />}
    >
      <Names />
    </ListPane>
  ),
}
