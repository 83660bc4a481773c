import { useState } from 'react'
import { NumberTextField, SearchField, TextArea, TextField } from '../index.ts'
import { words, type Stories } from './story.ts'

function Text({
  start = words.question(),
  ...rest
}: {
  readonly start?: string
  readonly isDisabled?: boolean
  readonly error?: string
  readonly help?: string
  readonly type?: 'password'
}) {
  const [value, setValue] = useState(start)
  return (
    <TextField label={words.name()} placeholder={words.placeholder()} value={value} onChange={setValue} {...rest} />
  )
}
function Area({ start }: { readonly start: string }) {
  const [value, setValue] = useState(start)
  return (
    <TextArea
      label={words.name()}
      placeholder={words.placeholder()}
      value={value}
      onChange={setValue}
      help={words.chatHint()}
    />
  )
}
function Amount({
  start,
  ...rest
}: {
  readonly start: string
  readonly isDisabled?: boolean
  readonly error?: string
  readonly unit?: string
}) {
  const [value, setValue] = useState(start)
  return <NumberTextField label={words.model()} value={value} onChange={setValue} min={1} max={64} step={1} {...rest} />
}
function Search({ start }: { readonly start: string }) {
  const [value, setValue] = useState(start)
  return <SearchField label={words.search()} placeholder={words.search()} value={value} onChange={setValue} />
}

export const stories: Stories = {
  text: () => <Text />,
  'text, empty': () => <Text start="" />,
  'text, wrong': () => <Text error={words.placeholder()} help={words.hint()} />,
  'text, disabled': () => <Text isDisabled />,
  password: () => <Text type="password" start="abcdefgh" />,
  'text area': () => <Area start={words.lead()} />,
  number: () => <Amount start="8" unit="GB" />,
  'number, wrong': () => <Amount start="８０" error={words.placeholder()} />,
  'number, disabled': () => <Amount start="8" isDisabled />,
  search: () => <Search start={words.question()} />,
  'search, empty': () => <Search start="" />,
}
