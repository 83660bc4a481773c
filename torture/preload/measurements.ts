import { readdirSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What a process holds after its garbage was collected. */
export interface Measurement {
  readonly rssBytes: number
  readonly heapBytes: number
  readonly externalBytes: number
  readonly descriptors: number
}

/** Answers `{ torture: 'measure' }` from the process that started this one, and obeys `{ torture: 'cut' }`. */
export function answerHarness(cutPower: () => void): void {
  if (!process.send) return
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  process.on('message', (message) => {
    const { torture } = message as { torture?: unknown }
    if (torture === 'cut') return cutPower()
    if (torture !== 'measure') return
    collect()
    collect()
    const { rss, heapUsed, external } = process.memoryUsage()
    process.send?.({
      rssBytes: rss,
      heapBytes: heapUsed,
      externalBytes: external,
      descriptors: countDescriptors(),
    } satisfies Measurement)
  })
  // The listener must not keep a host alive that has been told to end.
  process.channel?.unref()
}

function countDescriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0
}
