import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PathGrants } from './path-grants.ts'

const library = join('/', 'home', 'user', 'Terakoya')

it('refuses every call that names a path which nobody picked', () => {
  const grants = new PathGrants()
  const picked = grants.add(join('/', 'home', 'user', '表.csv'))
  for (const name of ['datasets.import', 'datasets.preview', 'datasets.appendFile']) {
    expect([grants.refusal(name, { file: picked }, library), grants.refusal(name, { file: '/etc/passwd' }, library)]).toEqual([null, { ok: false, error: { code: 'file/not-picked', facts: { file: 'passwd' } } }])
    expect(grants.refusal(name, {}, library)).not.toBeNull()
  }
  expect([grants.refusal('datasets.export', { target: '/etc/hosts' }, library), grants.refusal('system.setLibrary', { folder: '/' }, library)]).not.toContain(null)
  expect(grants.refusal('datasets.list', {}, library)).toBeNull()
})
