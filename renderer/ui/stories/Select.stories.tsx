import { Box } from 'lucide-react'
import { useState, type ComponentProps } from 'react'
import { Select } from '../index.ts'
import { words, type Stories } from './story.ts'

type Props = Partial<ComponentProps<typeof Select>>

function Choice({ start = 'one', ...rest }: Props & { readonly start?: string | null }) {
  const [value, setValue] = useState(start)
  return (
    <Select
      label={words.model()}
      items={items()}
      value={value}
      onChange={setValue}
      placeholder={words.placeholder()}
      {...rest}
    />
  )
}
const items = () => [
  { id: 'one', label: words.question(), detail: words.hint() },
  { id: 'two', label: words.title() },
  { id: 'three', label: words.model(), isDisabled: true },
]

export const stories: Stories = {
  chosen: () => <Choice help={words.hint()} />,
  'nothing chosen': () => <Choice start={null} />,
  wrong: () => <Choice error={words.placeholder()} />,
  disabled: () => <Choice isDisabled />,
  'in groups, with an icon': () => (
    <Choice
      icon={<Box size={15} />}
      sections={[
        { label: words.title(), items: items().slice(0, 1) },
        { label: words.chat(), items: items().slice(1) },
      ]}
    />
  ),
  quiet: () => <Choice quiet labelHidden />,
}
