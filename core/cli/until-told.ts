/** Resolves when the program is to end: Ctrl+C, a request to end, or a terminal that was closed. */
export const untilTold = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve())
  })
