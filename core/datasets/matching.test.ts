import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { errorSentence } from '../../texts/sentences.ts'
import type { UserError } from '../contract/index.ts'
import { checkPattern } from './matching.ts'
import type { DatasetStore } from './store.ts'

it('says in Japanese what is wrong with a regular expression', async () => {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  const store = {
    all: async (sql: string, values: string[]) => (await connection.runAndReadAll(sql, values)).getRows(),
  } as unknown as DatasetStore
  const wrong = ['(', ')', '[a', '*', 'a**', 'a\\', '\\q', 'a{1001}', '[b-a]', '(?=a)', '(?P<>a)', '\\p{Foo}', '(?z)']
  for (const text of wrong) {
    const { error } = await checkPattern(store, { kind: 'regex', text, matchCase: true }).then(
      () => expect.fail(text),
      (failure: UserError) => failure,
    )
    expect(errorSentence(error, 'ja').replace(text, ''), text).not.toMatch(/[a-z]{3}/i)
  }
  connection.closeSync()
})
