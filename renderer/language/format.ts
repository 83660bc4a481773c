import type { TFunction } from 'i18next'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { text } from '../../texts/index.ts'
import { useLanguage, type Language } from './language.ts'
import { formatNumber } from './texts.ts'

export type DurationParts = {
  readonly unit: 'hours' | 'minutes' | 'seconds'
  readonly hours: number
  readonly minutes: number
  readonly seconds: number
}

/** Splits seconds into the parts that are worth saying: hours and minutes, minutes and seconds, or seconds. */
export function durationParts(totalSeconds: number): DurationParts {
  const whole = Math.max(0, Math.round(totalSeconds))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return { unit: hours > 0 ? 'hours' : minutes > 0 ? 'minutes' : 'seconds', hours, minutes, seconds: whole % 60 }
}

const GIB = 2 ** 30
const MIB = 2 ** 20

/** `4.1 GB`, `31 MB`, `12 KB`. */
export function formatBytes(bytes: number): string {
  if (bytes >= GIB) return `${trimmed(bytes / GIB)} GB`
  if (bytes >= MIB) return `${trimmed(bytes / MIB)} MB`
  if (bytes >= 1024) return `${trimmed(bytes / 1024)} KB`
  return `${bytes} B`
}

const trimmed = (value: number): string => (value >= 100 ? String(Math.round(value)) : String(Number(value.toFixed(1))))

/** The number with few digits: 1570 万 / 15.7M, as the language counts. */
export const formatCompact = (value: number, language: Language): string =>
  new Intl.NumberFormat(text(language).language.compactLocale, {
    notation: 'compact',
    maximumSignificantDigits: 3,
  }).format(value)

/** A loss or another small number with enough digits to be compared: 5.24, 0.130, 0.0042. */
export function formatLoss(value: number | null): string {
  if (value === null) return '–'
  if (!Number.isFinite(value)) return 'NaN'
  return value >= 10
    ? value.toFixed(1)
    : value >= 1
      ? value.toFixed(2)
      : value >= 0.01
        ? value.toFixed(3)
        : value.toPrecision(2)
}

export interface Format {
  readonly number: (value: number) => string
  readonly compact: (value: number) => string
  readonly bytes: (bytes: number) => string
  readonly loss: (value: number | null) => string
  readonly percent: (share: number) => string
  readonly duration: (seconds: number) => string
  /** Today: the time; this year: day and time; else the date. */
  readonly when: (iso: string) => string
  readonly time: (iso: string) => string
}

const makeFormat = (t: TFunction, language: Language): Format => ({
  number: (value) => formatNumber(value, language),
  compact: (value) => formatCompact(value, language),
  bytes: formatBytes,
  loss: formatLoss,
  percent: (share) => `${Math.floor(share * 100)}%`,
  duration: (seconds) => {
    const parts = durationParts(seconds)
    return t(`duration.${parts.unit}`, { hours: parts.hours, minutes: parts.minutes, seconds: parts.seconds })
  },
  when: (iso) => formatWhen(new Date(iso), new Date(), language),
  time: (iso) =>
    new Intl.DateTimeFormat(text(language).language.locale, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    }).format(new Date(iso)),
})

function formatWhen(date: Date, now: Date, language: Language): string {
  const clock = { hour: '2-digit', minute: '2-digit' } as const
  const style: Intl.DateTimeFormatOptions =
    date.toDateString() === now.toDateString()
      ? clock
      : date.getFullYear() === now.getFullYear()
        ? { month: 'short', day: 'numeric', ...clock }
        : { year: 'numeric', month: 'short', day: 'numeric' }
  return new Intl.DateTimeFormat(text(language).language.locale, style).format(date)
}

/** Formatting of numbers, sizes, times in the language of the interface. */
export function useFormat(): Format {
  const { t } = useTranslation('common')
  const language = useLanguage()
  return useMemo(() => makeFormat(t as TFunction, language), [t, language])
}
