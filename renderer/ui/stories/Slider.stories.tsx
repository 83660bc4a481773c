import { useState } from 'react'
import { Slider } from '../index.ts'
import { words, type Stories } from './story.ts'

function Example({ help = false, start = 0.7 }: { readonly help?: boolean; readonly start?: number }) {
  const [value, setValue] = useState(start)
  return (
    <Slider
      label={words.name()}
      value={value}
      onChange={setValue}
      min={0}
      max={2}
      step={0.05}
      {...(help && { help: words.hint() })}
    />
  )
}

export const stories: Stories = {
  plain: () => <Example />,
  'with help': () => <Example help />,
  'at its ends': () => (
    <>
      <Example start={0} />
      <Example start={2} />
    </>
  ),
}
