import { Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { Button, Select } from '../../ui/index.ts'
import { openAdd, useModelItems } from '../models/index.ts'
import styles from './SettingField.module.css'

export interface PickerProps {
  readonly label: string
  readonly labelHidden: boolean
  readonly error: string | null
  readonly help: string
  readonly value: string
  readonly onChange: (id: string) => void
}

/** The models on this machine; those that cannot be used say why. More are added from here. */
export function ModelPicker({ value, ...rest }: PickerProps) {
  const { t } = useTranslation('experiments')
  const { t: models } = useTranslation('models')
  const items = useModelItems()
  return (
    <>
      <Select
        {...rest}
        items={items}
        value={value || null}
        placeholder={t('form.choose')}
        className={styles.wide as string}
      />
      <Button variant="quiet" size="small" icon={<Plus size={14} />} onPress={() => openAdd()}>
        {models('add.title')}
      </Button>
    </>
  )
}
