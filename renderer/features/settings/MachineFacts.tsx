import { useTranslation } from 'react-i18next'
import { deviceChoices, deviceCosts, deviceNames, deviceReasons, type DeviceInfo, type SystemInfo } from '../../../core/contract/index.ts'
import { useFormat, useLanguage } from '../../ui/index.ts'
import styles from './MachineFacts.module.css'

/** The machine in words: what computes and why, memory, disk. `detailed` adds the devices that are not used. */
export function MachineFacts({ info, detailed = false }: { readonly info: SystemInfo; readonly detailed?: boolean }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const language = useLanguage()
  const used = info.devices.find((device) => device.kind === info.recommended.kind && device.available)
  const others = info.devices.filter((device) => device !== used)
  return (
    <dl className={styles.facts}>
      <dt>{t('machine.engine')}</dt>
      <dd>
        <strong>{deviceNames[info.recommended.kind][language]}</strong>
        <p className={styles.why}>{deviceChoices[info.recommended.reason][language]}</p>
      </dd>
      {used && used.kind !== 'cpu' && (
        <>
          <dt>{t('machine.gpu')}</dt>
          <dd>
            {used.name}
            {used.memoryBytes !== undefined && (
              <span className={styles.aside}>
                {used.freeMemoryBytes === undefined ? format.bytes(used.memoryBytes) : t('machine.free', { total: format.bytes(used.memoryBytes), free: format.bytes(used.freeMemoryBytes) })}
              </span>
            )}
            {used.reason && <p className={styles.why}>{deviceReasons[used.reason][language]}</p>}
          </dd>
        </>
      )}
      <dt>{t('machine.processor')}</dt>
      <dd>
        {info.processor}
        <span className={styles.aside}>{t('machine.cores', { count: info.coreCount })}</span>
      </dd>
      <dt>{t('machine.memory')}</dt>
      <dd>{t('machine.free', { total: format.bytes(info.memoryBytes), free: format.bytes(info.freeMemoryBytes) })}</dd>
      <dt>{t('machine.disk')}</dt>
      <dd>{t('machine.diskFree', { free: format.bytes(info.freeDiskBytes) })}</dd>
      {detailed && others.map((device) => <Unused key={`${device.kind}-${device.name}`} device={device} />)}
    </dl>
  )
}

function Unused({ device }: { readonly device: DeviceInfo }) {
  const { t } = useTranslation('settings')
  const language = useLanguage()
  return (
    <>
      <dt>{deviceNames[device.kind][language]}</dt>
      <dd>
        {device.name !== device.kind && device.name}
        <p className={styles.why}>
          {device.reason ? deviceReasons[device.reason][language] : device.available ? deviceCosts[device.kind][language] : t('machine.unusable')}
        </p>
      </dd>
    </>
  )
}
