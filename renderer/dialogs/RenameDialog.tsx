import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError } from '../../core/contract/index.ts'
import { errorSentence, useLanguage } from '../language/index.ts'
import { Button, Dialog, TextField } from '../ui/index.ts'

const FORM = 'rename'

interface RenameDialogProps {
  readonly name: string
  /** Of the field, read aloud. */
  readonly label: string
  readonly maxLength: number
  /** Resolves with what is wrong with the name, or null. */
  readonly onRename: (name: string) => Promise<AppError | null>
  readonly onClose: () => void
}

/** Asks for another name; open as long as the name is refused. */
export function RenameDialog({ name: before, label, maxLength, onRename, onClose }: RenameDialogProps) {
  const { t } = useTranslation('common')
  const language = useLanguage()
  const [name, setName] = useState(before)
  const [error, setError] = useState<AppError | null>(null)
  const isEmpty = name.trim() === ''
  const rename = async () => {
    const failure = await onRename(name.trim())
    if (failure) setError(failure)
    else onClose()
  }
  const submit = (event: { preventDefault: () => void }) => {
    event.preventDefault()
    if (!isEmpty) void rename()
  }
  return (
    <Dialog
      title={t('rename')}
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>{t('cancel')}</Button>
          <Button variant="primary" type="submit" form={FORM} isDisabled={isEmpty}>
            {t('save')}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={submit}>
        <TextField
          label={label}
          labelHidden
          value={name}
          onChange={setName}
          maxLength={maxLength}
          autoFocus
          error={error && errorSentence(error, language)}
        />
      </form>
    </Dialog>
  )
}
