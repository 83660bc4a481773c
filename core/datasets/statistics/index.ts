import type { Column, ColumnRole, CountedRole, DatasetStatistics, RoleStatistics } from '../../contract/index.ts'
import { readConversation, type Turns } from '../../samples/sample-messages.ts'
import { rowReader, type RowTexts } from '../roles.ts'
import { identifier } from '../sql.ts'
import type { DatasetStore } from '../store.ts'
import { RoleCounter } from './role-counter.ts'
import { rowSampler } from './sample.ts'
import { languageOf, ScriptCounts } from './scripts.ts'
import { TurnCounter } from './turns.ts'

/** Tokens are counted of so many rows at most: a tokenizer takes a hundred times as long as everything else. */
export const MAX_TOKEN_ROWS = 20_000
const SEED = 1
const ROWS_PER_READ = 10_000
/** So many rows' tokens are counted at once. */
const ROWS_PER_COUNT = 200

/** Runs work on the dataset, after what was asked of it before. */
export type WithStore = <T>(work: (store: DatasetStore) => Promise<T>) => Promise<T>

/** A model's way of counting a text's tokens. */
export interface TokenCounter {
  readonly modelId: string
  /** The count of every text, in order. Many at once: each call goes to another process. */
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>
}

/**
 * Counts a dataset's texts in one pass over its rows, read portion by portion; tokens by `counter` (null: none), of at
 * most `maxTokenRows` rows.
 */
export async function statisticsOf(
  withStore: WithStore,
  counter: TokenCounter | null,
  maxTokenRows = MAX_TOKEN_ROWS,
): Promise<DatasetStatistics> {
  const { columns, rowCount, name, version, duplicates } = await withStore(async (store) => {
    const columns = await store.columns()
    return {
      ...(await store.meta()),
      columns,
      rowCount: await store.rowCount(),
      duplicates: await duplicatesIn(store, columns),
    }
  })
  const collector = new Collector(columns)
  const sampled = Math.min(rowCount, maxTokenRows)
  const isSampled = rowSampler(rowCount, sampled, SEED)
  const ids = columns.map(({ id }) => id)
  let uncountedRows = 0
  for (let from = 0; from < rowCount; from += ROWS_PER_READ) {
    for (const { cells } of await withStore((store) =>
      store.texts(from, Math.min(from + ROWS_PER_READ, rowCount), ids),
    )) {
      const counts = counter !== null && isSampled()
      collector.add(cells, counts)
      if (counts && ++uncountedRows % ROWS_PER_COUNT === 0) await collector.countTokens(counter)
    }
  }
  if (counter) await collector.countTokens(counter)
  const tokenSample = counter && {
    modelId: counter.modelId,
    rowCount: sampled,
    seed: SEED,
    isWhole: sampled === rowCount,
  }
  return { name, version, rowCount, ...collector.result(), duplicates, tokenSample }
}

class Collector {
  readonly #has: (role: ColumnRole) => boolean
  readonly #read: (cells: readonly (string | null)[]) => RowTexts
  readonly #counters: ReadonlyMap<CountedRole, RoleCounter>
  readonly #turns: TurnCounter | null
  readonly #languages = { ja: 0, en: 0, other: 0 }
  readonly #row = new ScriptCounts()

  constructor(columns: readonly Column[]) {
    this.#has = (role) => columns.some((column) => column.role === role)
    this.#read = rowReader(columns)
    this.#counters = new Map(
      (['prompt', 'answer', 'system'] as const)
        .filter((role) => this.#has(role) || this.#has('conversation'))
        .map((role) => [role, new RoleCounter(role)]),
    )
    this.#turns = this.#has('parent') || this.#has('conversation') ? new TurnCounter(this.#has('parent')) : null
  }

  /** `counts`: the row's texts are kept until `countTokens`. */
  add(cells: readonly (string | null)[], counts: boolean): void {
    const row = this.#read(cells)
    const { system, turns } = turnsOf(row)
    const count = (role: CountedRole, text: string) => this.#counters.get(role)?.add(text, this.#row, counts)
    this.#row.clear()
    count('system', system ?? '')
    for (const { prompt, answer } of turns) {
      count('prompt', prompt)
      count('answer', answer)
    }
    this.#turns?.add(row, turns.filter(({ answer }) => answer !== '').length)
    if (!this.#row.isEmpty()) this.#languages[languageOf(this.#row)]++
  }

  async countTokens(counter: TokenCounter): Promise<void> {
    for (const role of this.#counters.values()) await role.countTokens(counter.countTokens)
  }

  result(): Pick<DatasetStatistics, 'roles' | 'languages' | 'turns'> {
    const isThere = ({ role, count }: RoleStatistics) => this.#has(role) || count > 0
    return {
      roles: [...this.#counters.values()].map((counter) => counter.result()).filter(isThere),
      languages: this.#languages,
      turns: this.#turns?.distribution() ?? null,
    }
  }
}

/** The row's questions and answers; a conversation that cannot be read is one empty turn. */
function turnsOf({ prompt, answer, system, conversation }: RowTexts): Turns {
  const own = system ? { system } : {}
  if (conversation === undefined) return { ...own, turns: [{ prompt, answer }] }
  const read = readConversation(conversation)
  return 'turns' in read ? { ...own, ...read } : { ...own, turns: [{ prompt: '', answer: '' }] }
}

/** What training learns from: ids differ in every row. */
const LEARNT: readonly ColumnRole[] = ['system', 'prompt', 'answer', 'conversation']

/**
 * Rows that are alike in every column that is learnt from (in all columns where there is none), grouped by DuckDB,
 * which spills to disk.
 */
async function duplicatesIn(store: DatasetStore, columns: readonly Column[]): Promise<DatasetStatistics['duplicates']> {
  const learnt = columns.filter(({ role }) => LEARNT.includes(role))
  const texts = (learnt.length > 0 ? learnt : columns).map(({ id }) => `coalesce(${identifier(id)}, '')`)
  if (texts.length === 0) return { rowCount: 0, textCount: 0 }
  const groups = `SELECT count(*) AS count FROM rows WHERE concat(${texts.join(', ')}) <> '' GROUP BY ${texts.join(', ')} HAVING count(*) > 1`
  const [found] = await store.all(`SELECT coalesce(sum(count - 1), 0)::BIGINT, count(*) FROM (${groups})`)
  return { rowCount: Number(found?.[0]), textCount: Number(found?.[1]) }
}
