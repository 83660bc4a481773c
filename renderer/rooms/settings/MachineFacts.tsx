import { useTranslation } from 'react-i18next'
import type { DeviceInfo, SystemInfo } from '../../../core/contract/index.ts'
import { languageIds, text } from '../../../texts/index.ts'
import { reasonSentence } from '../../../texts/sentences.ts'
import { Button, Notice } from '../../ui/index.ts'
import { useFormat, useLanguage } from '../../language/index.ts'
import { isCuredByGpuPack, showGpuPack } from './gpuPack.store.ts'
import { fasterDevice } from './machine.ts'
import styles from './MachineFacts.module.css'

/** The machine in words: what computes and why, memory, disk. `detailed` adds the devices that are not used. */
export function MachineFacts({ info, detailed = false }: { readonly info: SystemInfo; readonly detailed?: boolean }) {
  const { t } = useTranslation('settings')
  const format = useFormat()
  const language = useLanguage()
  const used = info.devices.find((device) => device.kind === info.recommended.kind && device.available)
  const others = info.devices.filter((device) => device !== used)
  // Where a faster GPU lies idle, what that costs matters more than why this one was chosen.
  const { kind, reason } = info.recommended
  const { names, costs, choices } = text(language).devices
  const why = kind !== 'cpu' && fasterDevice(info) ? costs[kind] : choices[reason]
  return (
    <dl className={styles.facts}>
      <dt>{t('machine.engine')}</dt>
      <dd>
        <strong>{names[kind]}</strong>
        <p className={styles.why}>{why}</p>
      </dd>
      {used && used.kind !== 'cpu' && (
        <>
          <dt>{t('machine.gpu')}</dt>
          <dd>
            {used.name}
            {used.memoryBytes !== undefined && (
              <span className={styles.aside}>
                {used.freeMemoryBytes === undefined
                  ? format.bytes(used.memoryBytes)
                  : t('machine.free', {
                      total: format.bytes(used.memoryBytes),
                      free: format.bytes(used.freeMemoryBytes),
                    })}
              </span>
            )}
            {used.reason && <p className={styles.why}>{reasonSentence(used.reason, used.file, language)}</p>}
            <PackButton device={used} />
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
      <dd>{info.freeDiskBytes === null ? '–' : t('machine.diskFree', { free: format.bytes(info.freeDiskBytes) })}</dd>
      {detailed && others.map((device) => <Unused key={`${device.kind}-${device.name}`} device={device} />)}
    </dl>
  )
}

function Unused({ device }: { readonly device: DeviceInfo }) {
  const { t } = useTranslation('settings')
  const language = useLanguage()
  const { names, costs } = text(language).devices
  return (
    <>
      <dt>{names[device.kind]}</dt>
      <dd>
        {isNamed(device) && device.name}
        <p className={styles.why}>
          {device.reason
            ? reasonSentence(device.reason, device.file, language)
            : device.available
              ? costs[device.kind]
              : t('machine.unusable')}
        </p>
        <PackButton device={device} />
      </dd>
    </>
  )
}

/** False for a device that was not found: all that is known of it is its kind. */
const isNamed = ({ kind, name }: DeviceInfo): boolean =>
  !languageIds.some((language) => text(language).devices.names[kind].startsWith(name))

/** Where the GPU pack would help: the way to it. */
function PackButton({ device: { reason } }: { readonly device: DeviceInfo }) {
  const { t } = useTranslation('settings')
  if (!isCuredByGpuPack(reason)) return null
  return (
    <Button size="small" className={styles.act as string} onPress={showGpuPack}>
      {t('machine.toGpuPack')}
    </Button>
  )
}

/** That the machine has a faster device which cannot be used, and what to do about it; nothing where there is none. */
export function FasterDevice({ info }: { readonly info: SystemInfo }) {
  const language = useLanguage()
  const device = fasterDevice(info)
  if (!device?.reason) return null
  return (
    <Notice tone="info" className={styles.faster as string}>
      <strong>{device.name}</strong>
      <p>{reasonSentence(device.reason, device.file, language)}</p>
      <PackButton device={device} />
    </Notice>
  )
}
