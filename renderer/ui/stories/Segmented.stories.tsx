import { useState } from 'react'
import { Segmented } from '../index.ts'
import { words, type Stories } from './story.ts'

function Themes({ labelHidden = false }: { readonly labelHidden?: boolean }) {
  const [value, setValue] = useState('light')
  return (
    <Segmented
      label={words.theme()}
      labelHidden={labelHidden}
      value={value}
      onChange={setValue}
      items={[
        { id: 'light', label: words.light() },
        { id: 'dark', label: words.dark() },
        { id: 'contrast', label: words.contrast() },
      ]}
    />
  )
}

export const stories: Stories = { labelled: () => <Themes />, 'label hidden': () => <Themes labelHidden /> }
