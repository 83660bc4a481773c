import { useState } from 'react'
import { Switch } from '../index.ts'
import { words, type Stories } from './story.ts'

function Light({ start, isDisabled = false }: { readonly start: boolean; readonly isDisabled?: boolean }) {
  const [value, setValue] = useState(start)
  return (
    <Switch value={value} onChange={setValue} isDisabled={isDisabled}>
      {words.contrast()}
    </Switch>
  )
}

export const stories: Stories = {
  on: () => <Light start />,
  off: () => <Light start={false} />,
  'on, disabled': () => <Light start isDisabled />,
  'off, disabled': () => <Light start={false} isDisabled />,
}
