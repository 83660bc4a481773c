import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emit, Library } from './library.ts'

const LOOK_MS = 2000

/**
 * Tells the windows of a reader what the writer has changed, by looking at the files now and then. Returns what ends
 * it.
 */
export function followLibrary({ folder, datasets, experiments }: Library, emit: Emit): () => void {
  let isOver = false
  let seen: { readonly datasets: string; readonly experiments: string; readonly conversations: string } | null = null
  let known = new Set<string>()
  async function look(): Promise<void> {
    const now = {
      datasets: await stateOf(join(folder, 'datasets'), ['']),
      experiments: await stateOf(join(folder, 'experiments'), ['', 'experiment.yaml', 'state.json']),
      conversations: await stateOf(join(folder, 'conversations'), ['']),
    }
    if (seen && now.datasets !== seen.datasets) emit('datasets.listed', await datasets.list({}))
    if (seen && now.conversations !== seen.conversations) emit('conversations.listed', null)
    if (now.experiments !== seen?.experiments) {
      const summaries = await experiments.list({})
      if (seen) for (const summary of summaries) emit('experiments.changed', summary)
      const left = new Set<string>(summaries.map(({ id }) => id))
      for (const id of known) if (!left.has(id)) emit('experiments.removed', { id: id as never })
      known = left
    }
    seen = now
  }
  const again = () => {
    if (isOver) return
    // A library that is away for a while is looked at again.
    void look()
      .catch(() => undefined)
      .finally(() => {
        if (!isOver) setTimeout(again, LOOK_MS).unref()
      })
  }
  again()
  return () => {
    isOver = true
  }
}

/** Names, sizes and times of a folder's entries, or of these files in each. */
async function stateOf(folder: string, files: readonly string[]): Promise<string> {
  const names = (await readdir(folder)).filter((name) => name === '.index.json' || !name.startsWith('.'))
  const lines = await Promise.all(
    names.sort().flatMap((name) =>
      files.map(async (file) => {
        const stats = await lstat(join(folder, name, file)).catch(() => null)
        return stats ? `${name} ${stats.size} ${stats.mtimeMs}` : ''
      }),
    ),
  )
  return lines.join('\n')
}
