import { useTranslation } from 'react-i18next'
import { settingTexts, type DeviceInfo, type SettingDefinition } from '../../../core/contract/index.ts'
import { text } from '../../../texts/index.ts'
import { reasonSentence } from '../../../texts/sentences.ts'
import { Button, Select, type SelectItem } from '../../ui/index.ts'
import { useLanguage } from '../../language/index.ts'
import { isCuredByGpuPack, showGpuPack, useSystem } from '../settings/index.ts'
import styles from './SettingField.module.css'

interface DevicePickerProps {
  readonly definition: SettingDefinition & { readonly kind: 'choice' }
  readonly label: string
  readonly labelHidden: boolean
  readonly error: string | null
  readonly help: string
  readonly value: string
  readonly onChange: (value: string) => void
}

/**
 * The devices that this computer can have; below, what the chosen one costs, or why it cannot be used and what to do.
 */
export function DevicePicker({ definition, label, labelHidden, error, help, value, onChange }: DevicePickerProps) {
  const { t } = useTranslation(['experiments', 'settings'])
  const language = useLanguage()
  const system = useSystem((state) => state.system)
  const devices = system.kind === 'ready' ? system.info.devices : null
  const { options } = settingTexts('environment.device', language)
  const deviceOf = (kind: string): DeviceInfo | undefined => devices?.find((device) => device.kind === kind)
  const items = definition.choices.flatMap((id): SelectItem[] => {
    const device = deviceOf(id)
    if (devices && !device && id !== 'auto' && id !== value) return []
    const detail = device && (device.available ? device.name : t('settings:machine.unusable'))
    return [{ id, label: options?.[id] ?? id, ...(detail && { detail }) }]
  })
  const chosen = deviceOf(value)
  const reason = chosen ? chosen.reason : devices && value !== 'auto' ? 'platform' : undefined
  const told = reason
    ? reasonSentence(reason, chosen?.file, language)
    : chosen
      ? text(language).devices.costs[chosen.kind]
      : help
  const isUnusable = reason !== undefined && !chosen?.available
  return (
    <>
      <Select
        label={label}
        labelHidden={labelHidden}
        items={items}
        value={value}
        onChange={onChange}
        error={error ?? (isUnusable ? told : null)}
        {...(!isUnusable && { help: told })}
        className={styles.medium as string}
      />
      {isCuredByGpuPack(reason) && (
        <Button size="small" className={styles.act as string} onPress={showGpuPack}>
          {t('settings:machine.toGpuPack')}
        </Button>
      )}
    </>
  )
}
