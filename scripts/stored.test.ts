import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoredFile } from '../core/files/stored.ts'

const root = join(import.meta.dirname, '..')
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'core', 'electron'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(file))
const textOf = (file: string) => readFileSync(join(root, file), 'utf8')

type Exported = Record<string, unknown>
const isStored = (value: unknown): value is StoredFile<object> =>
  typeof value === 'object' && value !== null && 'tryParse' in value && 'version' in value

const defining = sources.filter((file) => /= defineStored\(/.test(textOf(file)))
const found = await Promise.all(
  defining.map(async (file) => ({
    file,
    fixtures: join(root, dirname(file), 'fixtures', 'stored'),
    stored: Object.values((await import(join(root, file))) as Exported).filter(isStored),
  })),
)

/** Why a file of the sources may parse JSON or YAML by itself. */
const readers: Readonly<Record<string, string>> = {
  'core/files/stored.ts': 'the one function of stored files',
  'core/files/json-file.ts': "files of models, which are others'",
  'core/checkpoints/safetensors-header.ts': "files of models, which are others'",
  'core/exports/edit-json.ts': "files of models, which are others'",
  'core/host/lock-file.ts': 'a codec',
  'core/runs/record-file.ts': 'a codec',
  'core/reader/card.ts': "a model's README",
  'core/runs/settings-yaml.ts': "the user's settings file",
  'core/cli/tutorial.ts': 'a resource of the program',
  'electron/web/cli.ts': 'package.json',
  'core/net/hub-client.ts': 'an answer of the Hub',
  'core/ollama/ollama.ts': 'an answer of Ollama',
  'core/openai-server/body.ts': 'a request of a client',
  'core/training/checkpoint.ts': "files of models, which are others'",
  'core/corpus/main.ts': 'what its own process says, and its own report',
  'core/samples/sample-files.ts': 'a line of a table',
  'core/samples/sample-messages.ts': 'a cell',
  'core/runs/log-file.ts': 'a line of the log',
  'core/datasets/sources.ts': 'a column of the store; store-schema.ts has its version',
  'core/datasets/changes.ts': "the journal's cells; store-schema.ts has its version",
  'core/datasets/formats/jsonl.ts': 'a cell',
  'core/datasets/formats/key-order.ts': "the user's file",
  'core/datasets/formats/json-text.ts': "the user's file",
  'core/kernels/run-program.ts': "ONNX Runtime's profile",
  'core/goldens/text-metrics.ts': 'recorded numbers',
  'core/goldens/tokenizer-folder.ts': 'recorded numbers',
  'core/goldens/torch-files.ts': 'recorded numbers',
  'core/goldens/expected.ts': 'recorded numbers',
  'electron/web/messages.ts': 'a message',
  'electron/web/transfers.ts': 'a message',
  'electron/bridge/calls.ts': 'a message',
}

describe('stored files', () => {
  it('are exported where they are defined, under names of their own', () => {
    for (const { file, stored } of found)
      expect(stored.length, file).toBe(textOf(file).match(/= defineStored\(/g)!.length)
    const names = found.flatMap(({ stored }) => stored.map(({ name }) => name))
    expect(names.sort()).toEqual([...new Set(names)].sort())
    expect(names.length).toBeGreaterThan(8)
  })

  it.each(found)('of $file have a fixture of every version, all with the same value', ({ fixtures, stored }) => {
    for (const { name, version, parse, text } of stored) {
      const values = Array.from({ length: version }, (_, index) =>
        parse(readFileSync(join(fixtures, `${name}.v${index + 1}`), 'utf8')),
      )
      for (const value of values) expect(value, name).toEqual(values[0])
      expect(parse(text(values[0]!)), name).toEqual(values[0])
    }
  })

  it('of other names have no fixtures', () => {
    const wanted = found.flatMap(({ fixtures, stored }) =>
      stored.flatMap(({ name, version }) =>
        Array.from({ length: version }, (_, index) => join(fixtures, `${name}.v${index + 1}`)),
      ),
    )
    const folders = [...new Set(found.map(({ fixtures }) => fixtures))]
    expect(folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name))).sort()).toEqual(
      wanted.sort(),
    )
  })

  it('are read by nothing else', () => {
    const parsing = sources.filter((file) => /JSON\.parse\b(?! makes)|from 'yaml'/.test(textOf(file)))
    expect(parsing.filter((file) => !(file in readers))).toEqual([])
    expect(Object.keys(readers).filter((file) => !parsing.includes(file))).toEqual([])
  })
})
