/** Who wants to know of an export, and may end it. */
export interface ExportWatch {
  /** Ends the writing: its reason is thrown at the next piece. */
  readonly signal: AbortSignal
  /** So many bytes more were written. */
  wrote(bytes: number): void
}
