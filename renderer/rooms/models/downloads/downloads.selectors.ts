import type { ModelAddition, ModelDownload, ModelDownloadState } from '../../../../core/contract/index.ts'

const moving: readonly ModelDownloadState[] = ['queued', 'downloading', 'checking', 'converting', 'waiting-to-retry']
export const isMoving = ({ state }: ModelDownload): boolean => moving.includes(state)
export const isPausable = ({ state }: ModelDownload): boolean =>
  state === 'queued' || state === 'downloading' || state === 'waiting-to-retry'

interface Amount {
  readonly arrivedBytes: number
  readonly totalBytes: number
}

/** From 0 to 1; null until it is known how much there is. */
export const shareOf = (amounts: readonly Amount[]): number | null => {
  const sum = (of: (amount: Amount) => number) => amounts.reduce((total, amount) => total + of(amount), 0)
  const total = sum(({ totalBytes }) => totalBytes)
  return total > 0 ? Math.min(1, sum(({ arrivedBytes }) => arrivedBytes) / total) : null
}
export const amountOf = ({ receivedBytes, totalBytes }: ModelDownload): Amount => ({
  arrivedBytes: receivedBytes,
  totalBytes,
})

export interface Overview {
  readonly state: 'moving' | 'failed' | 'paused' | 'done'
  /** How many are in that state. */
  readonly count: number
  /** Of those that move. */
  readonly share: number | null
}

interface Arrivals {
  readonly downloads: readonly ModelDownload[]
  readonly additions: readonly ModelAddition[]
  /** Ids of those that were looked at after their end. */
  readonly seen: ReadonlySet<string>
}

/**
 * What all of them come to: while any moves, how far those are; else what needs somebody. Null where nothing is new.
 */
export function overviewOf({ downloads, additions, seen }: Arrivals): Overview | null {
  const copying = additions.filter(({ state }) => state === 'copying')
  const amounts: readonly Amount[] = [
    ...downloads.filter(isMoving).map(amountOf),
    ...copying.map(({ copiedBytes, totalBytes }) => ({ arrivedBytes: copiedBytes, totalBytes })),
  ]
  if (amounts.length > 0) return { state: 'moving', count: amounts.length, share: shareOf(amounts) }
  const count = (state: 'failed' | 'paused' | 'done') =>
    downloads.filter((each) => each.state === state && !(state === 'done' && seen.has(each.downloadId))).length +
    additions.filter((each) => each.state === state && !seen.has(each.additionId)).length
  const state = (['failed', 'paused', 'done'] as const).find((each) => count(each) > 0)
  return state ? { state, count: count(state), share: null } : null
}

export interface Turn {
  readonly kind: 'started' | 'paused' | 'failed' | 'done'
  readonly download: ModelDownload
}

/** What has begun or ended between two reports: worth telling, unlike figures. */
export const turnsOf = (before: readonly ModelDownload[], after: readonly ModelDownload[]): readonly Turn[] =>
  after.flatMap((download) => {
    const known = before.find(({ downloadId }) => downloadId === download.downloadId)
    const kind = kindOf(download)
    return (known && kindOf(known)) === kind ? [] : [{ kind, download }]
  })

function kindOf(download: ModelDownload): Turn['kind'] {
  const { state } = download
  return state === 'paused' || state === 'failed' || state === 'done' ? state : 'started'
}
