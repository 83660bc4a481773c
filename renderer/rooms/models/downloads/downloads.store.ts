import i18next from 'i18next'
import { create } from 'zustand'
import type { AppError, DownloadId, ModelAddition, ModelDownload, ModelId } from '../../../../core/contract/index.ts'
import { toastError } from '../../../errors/index.ts'
import { goTo } from '../../../session/index.ts'
import { toast } from '../../../ui/index.ts'
import * as models from '../models.api.ts'
import * as api from './downloads.api.ts'
import { turnsOf } from './downloads.selectors.ts'

interface Downloads {
  readonly downloads: readonly ModelDownload[]
  /** The host has told the list once: what differs from it is news. */
  readonly isKnown: boolean
  /** Folders on their way into the library, since the window was opened. */
  readonly additions: readonly ModelAddition[]
  /** Why the list could not be had. */
  readonly error: AppError | null
  readonly isOpen: boolean
  /** Those that were looked at after their end: they are no news. */
  readonly seen: ReadonlySet<string>
  /** What a screen reader is told: beginnings and ends. */
  readonly announcement: string
}

/** Mirror of everything that is on its way into the library. Session scope; the host keeps the downloads. */
export const useDownloads = create<Downloads>()(() => ({
  downloads: [],
  isKnown: false,
  additions: [],
  error: null,
  isOpen: false,
  seen: new Set(),
  announcement: '',
}))

const { getState: get, setState: set } = useDownloads
const texts = () => i18next.getFixedT(null, 'models')

export const openDownloads = (): void => {
  set({ isOpen: true })
  markSeen()
}
export const closeDownloads = (): void => {
  set({ isOpen: false })
  markSeen()
}

function markSeen(): void {
  const { downloads, additions, seen } = get()
  const ended = [
    ...downloads.filter(({ state }) => state === 'done').map(({ downloadId }) => downloadId),
    ...additions.filter(({ state }) => state !== 'copying').map(({ additionId }) => additionId),
  ]
  set({ seen: new Set([...seen, ...ended]) })
}

/** Takes the host's report; says what has begun or ended since the last one. */
function takeDownloads(downloads: readonly ModelDownload[]): void {
  const turns = get().isKnown ? turnsOf(get().downloads, downloads) : []
  set({ downloads })
  for (const { kind, download } of turns) {
    set({ announcement: texts()(`downloads.announce.${kind}`, { name: download.id }) })
    if (kind === 'done') tellDone(download.id, download.modelId)
  }
}

function tellDone(name: string, modelId: ModelId): void {
  toast(texts()('downloads.finished', { name }), {
    label: texts()('downloads.show'),
    run: () => goTo('models', modelId),
  })
}

/** Puts a folder that is being copied into the list, or what is new of it. */
export function takeAddition(addition: ModelAddition): void {
  const { additions } = get()
  const before = additions.find(({ additionId }) => additionId === addition.additionId)
  // The answer to the call may come after the event of its end.
  if (before && before.state !== 'copying') return
  set({ additions: before ? additions.map((each) => (each === before ? addition : each)) : [addition, ...additions] })
  if (addition.state === 'done' && addition.modelId) tellDone(addition.name, addition.modelId)
  if (addition.state === 'failed' && addition.error) toastError(addition.error)
}

/** Takes an ended addition out of the list. */
export const forgetAddition = ({ additionId }: ModelAddition): void =>
  set(({ additions }) => ({ additions: additions.filter((each) => each.additionId !== additionId) }))

async function told(work: Promise<{ readonly ok: true } | { readonly ok: false; readonly error: AppError }>) {
  const result = await work
  if (!result.ok) toastError(result.error)
}
export const pause = (id: DownloadId): Promise<void> => told(api.pause(id))
export const resume = (id: DownloadId): Promise<void> => told(api.resume(id))
/** Ends a download, or takes a finished one out of the list. */
export const cancel = (id: DownloadId): Promise<void> => told(api.cancel(id))
export const cancelAddition = ({ additionId }: ModelAddition): Promise<void> => told(models.cancelAddition(additionId))

/** Asks for the list. What is over by then is no news. */
export async function loadDownloads(): Promise<void> {
  const result = await api.list()
  if (!result.ok) return set({ error: result.error })
  set({ downloads: result.value, isKnown: true, error: null })
  markSeen()
}

/** Follows what the host brings in; returns what ends that. */
export function connectDownloads(): () => void {
  void loadDownloads()
  const ends = [
    api.onDownloads(takeDownloads),
    models.onAddition(takeAddition),
    models.onLibrary(() => {
      set({ additions: [], seen: new Set(), isKnown: false })
      void loadDownloads()
    }),
  ]
  return () => ends.forEach((end) => end())
}
