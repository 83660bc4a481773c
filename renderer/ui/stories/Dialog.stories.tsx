import { useState, type ComponentType, type ReactNode } from 'react'
import { Button, Dialog, Sheet, TextField } from '../index.ts'
import { words, type Stories } from './story.ts'

interface Panel {
  readonly title: string
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly children: ReactNode
  readonly actions?: ReactNode
  readonly isWide?: boolean
}

function Opened({
  as: As,
  isWide,
  name,
}: {
  readonly as: ComponentType<Panel>
  readonly isWide?: boolean
  readonly name: string
}) {
  const [isOpen, setOpen] = useState(false)
  const [value, setValue] = useState<string>(words.question())
  const close = () => setOpen(false)
  return (
    <>
      <Button onPress={() => setOpen(true)}>{name}</Button>
      <As
        title={words.rename()}
        isOpen={isOpen}
        onClose={close}
        {...(isWide !== undefined && { isWide })}
        actions={
          <>
            <Button onPress={close}>{words.cancel()}</Button>
            <Button variant="primary" onPress={close}>
              {words.save()}
            </Button>
          </>
        }
      >
        <TextField label={words.name()} value={value} onChange={setValue} autoFocus />
        <p>{words.lead()}</p>
      </As>
    </>
  )
}

export const stories: Stories = {
  dialog: () => <Opened as={Dialog} name="Dialog" />,
  'wide dialog': () => <Opened as={Dialog} name="Wide dialog" isWide />,
  sheet: () => <Opened as={Sheet} name="Sheet" />,
}
