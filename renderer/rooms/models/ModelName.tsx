import { Pencil } from 'lucide-react'
import { useState, type FormEvent, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { AppError, ModelSummary } from '../../../core/contract/index.ts'
import { errorSentence, useLanguage } from '../../language/index.ts'
import { Button, IconButton, TextField } from '../../ui/index.ts'
import { rename } from './models.actions.ts'
import { isOurs } from './models.selectors.ts'
import styles from './ModelsRoom.module.css'

/** The model's name; the library's are changed in place. */
export function ModelName({ model }: { readonly model: ModelSummary }) {
  const { t } = useTranslation('common')
  const [isEditing, setEditing] = useState(false)
  if (isEditing) return <NameField model={model} onEnd={() => setEditing(false)} />
  return (
    <div className={styles.nameLine}>
      <h2 className={styles.name}>{model.name}</h2>
      {isOurs(model) && (
        <IconButton
          icon={<Pencil size={14} />}
          label={t('rename')}
          size="small"
          data-rename
          onPress={() => setEditing(true)}
        />
      )}
    </div>
  )
}

function NameField({ model, onEnd }: { readonly model: ModelSummary; readonly onEnd: () => void }) {
  const { t } = useTranslation('models')
  const { t: common } = useTranslation('common')
  const language = useLanguage()
  const [name, setName] = useState(model.name)
  const [error, setError] = useState<AppError | null>(null)
  const save = async () => {
    const failure = await rename(model.id, name.trim())
    if (failure) setError(failure)
    else onEnd()
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() !== '') void save()
  }
  const keyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') onEnd()
  }
  return (
    <form className={styles.nameForm} onSubmit={submit}>
      <TextField
        label={t('name')}
        labelHidden
        value={name}
        onChange={setName}
        onKeyDown={keyDown}
        maxLength={120}
        autoFocus
        error={error && errorSentence(error, language)}
        className={styles.nameField as string}
      />
      <Button onPress={onEnd}>{common('cancel')}</Button>
      <Button type="submit" variant="primary" isDisabled={name.trim() === ''}>
        {common('save')}
      </Button>
    </form>
  )
}
