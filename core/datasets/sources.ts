// Where on the Hub the rows of a dataset come from.
import { z } from 'zod'
import { DatasetSource } from '../contract/index.ts'
import type { DatasetStore } from './store.ts'

const MAX_SOURCES = 100
const Sources = z.array(DatasetSource).max(MAX_SOURCES)

/** What cannot be read says nothing. */
export async function sourcesOf(store: DatasetStore): Promise<readonly DatasetSource[]> {
  // A store that is only read is not brought up to date: it may have no such column.
  const [row] = await store.all('SELECT sources FROM meta').catch(() => [])
  return parseSources(String(row?.[0] ?? '[]'))
}

/** Adds those that are not there yet. Undoing what brought them leaves them. */
export async function addSources(store: DatasetStore, more: readonly DatasetSource[]): Promise<void> {
  const known = await sourcesOf(store)
  const fresh = more.filter((each) => !known.some(({ hub }) => hub === each.hub))
  if (fresh.length === 0) return
  await store.run('UPDATE meta SET sources = $1', [JSON.stringify([...known, ...fresh].slice(0, MAX_SOURCES))])
}

function parseSources(text: string): readonly DatasetSource[] {
  try {
    return Sources.parse(JSON.parse(text))
  } catch {
    return []
  }
}
