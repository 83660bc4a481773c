import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { ESLint } from 'eslint'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { floorOf, floors, floorsTable, isTest, missingGlobals, problemOf, shared } from '../floors.mjs'

const root = join(import.meta.dirname, '..')
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', 'core', 'electron', 'renderer', 'texts'],
  { cwd: root, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file) && !file.endsWith('.d.ts'))
/** Every import of a file, of types too. */
const importsOf = (file: string): string[] =>
  ts.preProcessFile(readFileSync(join(root, file), 'utf8'), true, true).importedFiles.map(({ fileName }) => fileName)

/** Electron's types need Node's; that the preload uses none of them is lint's to say. */
const projectOf = ({ room, globals }: (typeof floors)[number]) => (room === 'electron/preload' ? 'node' : globals)

describe('the floors', () => {
  it('have an order: every room imports from below', () => {
    const seen = new Set<string>()
    for (const { room, may } of floors) {
      expect([room, may.filter((other) => !seen.has(other))]).toEqual([room, []])
      seen.add(room)
    }
    expect(seen.size).toBe(floors.length)
  })

  it('hold for every import of every file', () => {
    expect(sources.filter((file) => !floorOf(file) && !isTest(file))).toEqual([])
    const problems = sources.flatMap((file) =>
      importsOf(file)
        .map((specifier) => problemOf(file, specifier))
        .filter((problem) => problem !== null)
        .map((problem) => `${file}: ${problem}`),
    )
    expect(problems).toEqual([])
  })

  it('name nothing that is not used', () => {
    const used = new Map<string, Set<string>>(floors.map(({ room }) => [room, new Set()]))
    for (const file of sources) {
      if (isTest(file)) continue
      const of = used.get(floorOf(file)!.room)!
      for (const specifier of importsOf(file)) {
        if (specifier.startsWith('.')) of.add(floorOf(join(file, '..', specifier).replaceAll('\\', '/'))?.room ?? '')
        else
          of.add(
            specifier
              .split('/')
              .slice(0, specifier.startsWith('@') ? 2 : 1)
              .join('/'),
          )
      }
    }
    // The shell and the rooms of the window share a list.
    const granted = (room: string) => (/^renderer\/(rooms|app)/.test(room) ? shared() : [])
    const idle = floors.flatMap(({ room, may, packages }) =>
      [...may.filter((name) => !granted(room).includes(name)), ...(granted(room).length > 0 ? [] : packages)]
        .filter((name) => !used.get(room)!.has(name))
        .map((name) => `${room}: ${name}`),
    )
    expect(idle).toEqual([])
  })

  it('are compiled with the globals of their kind', () => {
    for (const [kind, project] of [
      ['pure', 'tsconfig.pure.json'],
      ['node', 'tsconfig.node.json'],
      ['dom', 'tsconfig.dom.json'],
    ] as const) {
      const parsed = ts.getParsedCommandLineOfConfigFile(
        join(root, project),
        {},
        { ...ts.sys, onUnRecoverableConfigFileDiagnostic: ({ messageText }) => expect.fail(String(messageText)) },
      )!
      const compiled = new Set(parsed.fileNames.map((file) => relative(root, file).replaceAll('\\', '/')))
      const expected = sources.filter((file) => !isTest(file) && projectOf(floorOf(file)!) === kind)
      expect(expected.filter((file) => !compiled.has(file))).toEqual([])
      expect([...compiled].filter((file) => !file.endsWith('.d.ts') && !expected.includes(file))).toEqual([])
    }
  })

  it('stand in ARCHITECTURE.md as they are', () => {
    expect(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')).toContain(floorsTable())
  })

  it('fail lint where they are broken', { timeout: 120_000 }, async () => {
    const eslint = new ESLint({ cwd: root })
    for (const { room, may, globals } of floors) {
      const forbidden = floors.map((floor) => floor.room).filter((other) => other !== room && !may.includes(other))
      const lines = [
        ...forbidden.map(
          (other) => `import type { A } from '${'../'.repeat(room.split('/').length)}${other}/index.ts'`,
        ),
        "import type { B } from 'left-pad'",
        ...(globals === 'node' ? [] : ["import type { C } from 'node:fs'"]),
        ...missingGlobals[globals].map((name) => `export const d_${name} = ${name}`),
      ]
      const [result] = await eslint.lintText(`${lines.join('\n')}\n`, { filePath: join(root, room, 'probe.ts') })
      const caught = new Set(
        result!.messages
          .filter(({ ruleId }) => ruleId === 'floors/imports' || ruleId === 'no-restricted-globals')
          .map(({ line }) => line),
      )
      expect([room, lines.filter((_, index) => !caught.has(index + 1))]).toEqual([room, []])
    }
  })
})
