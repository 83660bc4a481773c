import { create } from 'zustand'
import type {
  AppError,
  DeviceReason,
  GpuPackPlan,
  GpuPackProgress,
  GpuPackState,
} from '../../../core/contract/index.ts'
import { goTo } from '../../session/index.ts'
import * as api from './settings.api.ts'
import { loadSystem } from './system.store.ts'

interface GpuPack {
  /** Null until the host has told it. */
  readonly pack: GpuPackState | null
  /** What would be downloaded; null until it was asked for. */
  readonly plan: GpuPackPlan | null
  readonly isAsking: boolean
  /** Of the download that runs, or ran last. */
  readonly progress: GpuPackProgress | null
  readonly error: AppError | null
  /** The card is to be scrolled to. */
  readonly isWanted: boolean
}

/** Mirror of the GPU pack, which the host owns. All session scope. */
export const useGpuPack = create<GpuPack>()(() => ({
  pack: null,
  plan: null,
  isAsking: false,
  progress: null,
  error: null,
  isWanted: false,
}))

/** What the pack puts right. */
export const isCuredByGpuPack = (reason: DeviceReason | undefined): boolean =>
  reason !== undefined && ['provider-missing', 'library-missing', 'compiler-missing', 'pack-changed'].includes(reason)

/** Shows the pack's card, from wherever the studio says that it is missing. */
export function showGpuPack(): void {
  useGpuPack.setState({ isWanted: true })
  goTo('settings')
}

/** Reads the pack's state and follows its download; returns what ends it. */
export function connectGpuPack(): () => void {
  void loadGpuPack()
  return api.onGpuPackProgress((progress) => {
    useGpuPack.setState({ progress, error: progress.error ?? null })
    if (!isMoving(progress)) void loadGpuPack()
    if (progress.state === 'done') void loadSystem()
  })
}

export const isMoving = (progress: GpuPackProgress | null): boolean =>
  progress !== null && ['downloading', 'checking', 'unpacking'].includes(progress.state)

async function loadGpuPack(): Promise<void> {
  const result = await api.readGpuPack()
  useGpuPack.setState(result.ok ? { pack: result.value } : { error: result.error })
}

/** Asks what would be downloaded, and how much that is. */
export async function askForPlan(): Promise<void> {
  useGpuPack.setState({ isAsking: true, error: null })
  const result = await api.planGpuPack()
  useGpuPack.setState({ isAsking: false, ...(result.ok ? { plan: result.value } : { error: result.error }) })
}

export async function downloadGpuPack(): Promise<void> {
  useGpuPack.setState({ error: null })
  const result = await api.downloadGpuPack()
  if (!result.ok) useGpuPack.setState({ error: result.error })
}

export const cancelGpuPack = (): Promise<unknown> => api.cancelGpuPack()

export async function removeGpuPack(): Promise<void> {
  const result = await api.removeGpuPack()
  useGpuPack.setState(
    result.ok ? { pack: result.value, plan: null, progress: null, error: null } : { error: result.error },
  )
  void loadSystem()
}

/** Puts the pack into a folder that was picked; null: none was. */
export async function moveGpuPack(folder: string | null): Promise<void> {
  if (folder === null) return
  const result = await api.moveGpuPack(folder)
  useGpuPack.setState(result.ok ? { pack: result.value, progress: null, error: null } : { error: result.error })
  void loadSystem()
}
