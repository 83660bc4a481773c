import type { ExperimentId, StepMetric } from '../contract/index.ts'

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** A new id that sorts by time, such as `20261123-061952-k3f9`. */
export function newExperimentId(date: Date): ExperimentId {
  const day = `${String(date.getUTCFullYear()).padStart(4, '0')}${twoDigits(date.getUTCMonth() + 1)}${twoDigits(date.getUTCDate())}`
  const time = `${twoDigits(date.getUTCHours())}${twoDigits(date.getUTCMinutes())}${twoDigits(date.getUTCSeconds())}`
  const suffix = Math.random().toString(36).slice(2, 6).padEnd(4, '0')
  return `${day}-${time}-${suffix}` as ExperimentId
}

/** Month, day and time on the user's clock, such as `11/23 06:19`. */
export const localTime = (date: Date): string =>
  `${twoDigits(date.getMonth() + 1)}/${twoDigits(date.getDate())} ${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`

/** At most `limit` points, evenly thinned; the first and the last stay. */
export function thin(points: readonly StepMetric[], limit: number): StepMetric[] {
  if (points.length <= limit) return [...points]
  const stride = (points.length - 1) / (limit - 1)
  return Array.from({ length: limit }, (_, index) => points[Math.round(index * stride)] as StepMetric)
}

/** True where a process with this id runs on this machine. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
