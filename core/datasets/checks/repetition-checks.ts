import type { Check, CheckedTable } from './check.ts'

/** What makes a row what it is: all that training reads of it. */
const contents = (table: CheckedTable): string | null => {
  const texts = (['system', 'prompt', 'answer', 'conversation', 'parent'] as const)
    .map((role) => table.textOf(role))
    .filter((text) => text !== null)
  return texts.length === 0 ? null : `md5_number(to_json([${texts.join(', ')}])::VARCHAR)`
}

/** Texts without what is easily typed in another way: width and case of letters, white space, punctuation. */
const plain = (text: string): string => {
  const wide =
    'ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ０１２３４５６７８９'
  return String.raw`regexp_replace(lower(translate(${text}, '${wide}', '${wide.normalize('NFKC')}')), '[\s\p{Z}\p{P}\p{S}ー]', '', 'g')`
}

const plainContents = (table: CheckedTable): string | null => {
  const texts = (['system', 'prompt', 'answer', 'conversation', 'parent'] as const)
    .map((role) => table.textOf(role))
    .filter((text) => text !== null)
  return texts.length === 0 ? null : `md5_number(to_json([${texts.map(plain).join(', ')}])::VARCHAR)`
}

const answered = (table: CheckedTable): string =>
  `${table.textOf('prompt') ?? "''"} <> '' OR ${table.textOf('answer') ?? "''"} <> '' OR ${table.textOf('conversation') ?? "''"} <> ''`

/** Rows that say what an earlier one says. */
const duplicate: Check = {
  id: 'duplicate',
  severity: 'info',
  find(table) {
    const key = contents(table)
    return key
      ? [
          {
            columnId: null,
            rows: `SELECT row_id, position FROM (SELECT row_id, position, ${key} AS key FROM rows WHERE ${answered(table)}) QUALIFY row_number() OVER (PARTITION BY key ORDER BY position) > 1`,
          },
        ]
      : []
  },
  repair: { kind: 'remove' },
}

/** Rows that differ from an earlier one in width, case, spaces and punctuation only. */
const nearDuplicate: Check = {
  id: 'near-duplicate',
  severity: 'info',
  find(table) {
    const [key, near] = [contents(table), plainContents(table)]
    if (!key || !near) return []
    const keyed = `SELECT row_id, position, ${key} AS key, ${near} AS near FROM rows WHERE ${answered(table)}`
    return [
      {
        columnId: null,
        rows: `SELECT row_id, position FROM (${keyed}) QUALIFY row_number() OVER (PARTITION BY near ORDER BY position) > 1 AND row_number() OVER (PARTITION BY key ORDER BY position) = 1`,
      },
    ]
  },
  repair: { kind: 'remove' },
}

/** The same question with several answers: a model learns neither. Rows of one conversation may ask the same. */
const contradiction: Check = {
  id: 'contradiction',
  severity: 'warning',
  find(table) {
    const [prompt, answer] = [table.textOf('prompt'), table.textOf('answer')]
    if (!prompt || !answer || table.byRole('parent').length > 0) return []
    const asked = ['system', 'prompt']
      .map((role) => table.textOf(role as 'system' | 'prompt'))
      .filter((text) => text !== null)
    const keyed = `SELECT row_id, position, md5_number(to_json([${asked.map((text) => `trim(${text})`).join(', ')}])::VARCHAR) AS asked, md5_number(trim(${answer})) AS said FROM rows WHERE ${prompt} <> '' AND ${answer} <> ''`
    const several = `SELECT asked FROM (${keyed}) GROUP BY asked HAVING count(DISTINCT said) > 1`
    return [
      {
        columnId: table.byRole('answer')[0]?.id ?? null,
        rows: `SELECT row_id, position FROM (${keyed}) WHERE asked IN (${several})`,
      },
    ]
  },
}

export const repetitionChecks: readonly Check[] = [duplicate, nearDuplicate, contradiction]
