/** What comes into the library. */
export interface Bringing {
  readonly totalBytes: number
  /** Makes the folder, durable and whole. Throws what the disk throws, and the signal's reason. */
  bring(folder: string, watch: BringingWatch): Promise<void>
}

export interface BringingWatch {
  readonly signal: AbortSignal
  /** So many bytes more are there. */
  readonly progress: (bytes: number) => void
}
