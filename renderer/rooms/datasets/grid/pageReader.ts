import type { Page } from '../../../../core/contract/index.ts'
import type { DatasetShape, RowSourceOptions } from './rowSource.ts'

const MAX_READS = 3

interface PageReaderOptions extends Pick<RowSourceOptions, 'loadPage'> {
  readonly pageSize: number
  readonly shape: () => DatasetShape
  readonly missing: (first: number, last: number, version: number) => number[]
  readonly take: (page: Page) => void
}

/** Reads the missing pages of the wanted span, a few at a time. */
export function createPageReader({ loadPage, pageSize, shape, missing, take }: PageReaderOptions) {
  const reading = new Set<number>()
  const failed = new Set<number>()
  let wanted = { first: 0, last: -1 }
  let stopped = false
  /** Counts the restarts: answers to earlier questions are about other rows. */
  let round = 0

  const readNext = (): void => {
    const { rowCount, version } = shape()
    const last = Math.min(wanted.last, rowCount - 1)
    if (stopped || last < wanted.first) return
    for (const number of missing(wanted.first, last, version)) {
      if (reading.size >= MAX_READS) return
      if (!reading.has(number) && !failed.has(number)) void read(number)
    }
  }
  const read = async (number: number): Promise<void> => {
    reading.add(number)
    const asked = shape().version
    const asking = round
    const page = await loadPage(number * pageSize, pageSize)
    if (stopped || asking !== round) return
    reading.delete(number)
    if (page) take(page)
    // An answer older than the question would be asked for again at once, and again.
    if (!page || page.version < asked) failed.add(number)
    readNext()
  }
  const refresh = (): void => {
    failed.clear()
    readNext()
  }
  return {
    want: (first: number, last: number): void => {
      wanted = { first: Math.max(0, first), last }
      refresh()
    },
    refresh,
    restart: (): void => {
      round += 1
      reading.clear()
      refresh()
    },
    isWanted: (index: number): boolean => index >= wanted.first && index <= wanted.last,
    stop: (): void => void (stopped = true),
  }
}
