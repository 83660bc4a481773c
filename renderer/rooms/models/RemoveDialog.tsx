import { useTranslation } from 'react-i18next'
import { Button, Dialog } from '../../ui/index.ts'
import { keepModel, removeNow } from './models.actions.ts'
import { useModels } from './models.store.ts'
import styles from './ModelsRoom.module.css'

const MAX_SHOWN = 8

/** Asks before a model goes that experiments need. */
export function RemoveDialog() {
  const { t } = useTranslation(['models', 'common'])
  const asked = useModels((state) => state.toRemove)
  if (!asked) return null
  const { model, users } = asked
  return (
    <Dialog
      title={t('remove.title', { name: model.name })}
      isOpen
      onClose={keepModel}
      actions={
        <>
          <Button onPress={keepModel}>{t('common:cancel')}</Button>
          <Button variant="danger" onPress={() => void removeNow(model)}>
            {t('common:remove')}
          </Button>
        </>
      }
    >
      <p>{t('remove.text', { count: users.length })}</p>
      <ul className={styles.users}>
        {users.slice(0, MAX_SHOWN).map(({ name }, index) => (
          <li key={index}>{name}</li>
        ))}
      </ul>
      {users.length > MAX_SHOWN && <p>{t('remove.more', { count: users.length - MAX_SHOWN })}</p>}
    </Dialog>
  )
}
