import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { previewTable } from '../datasets/import.ts'
import { defineContract, type, type UnmarkedPath } from './define.ts'
import { contracts } from './index.ts'
import { FolderPath, pathFields, pathsIn, PathToRead, PathToWrite, RepositoryPath } from './paths.ts'

describe('paths in an input', () => {
  const schema = z.object({
    one: PathToRead,
    maybe: PathToWrite.optional(),
    empty: FolderPath.nullable(),
    some: z.array(z.object({ file: PathToRead, name: z.string() })),
    either: z.union([
      z.object({ kind: z.literal('a'), text: z.string() }),
      z.object({ kind: z.literal('b'), deep: z.tuple([z.number(), PathToWrite]).readonly() }),
    ]),
    by: z.record(z.string(), PathToRead),
    later: z.lazy(() => FolderPath).default(FolderPath.parse('/later')),
    piped: z
      .string()
      .transform((text) => `/${text}`)
      .pipe(PathToRead),
    changed: PathToRead.transform((path) => `${path}/..`),
    repository: RepositoryPath,
  })
  const input = {
    one: '/one',
    empty: '/empty',
    some: [
      { file: '/some/0', name: '/name' },
      { file: '/some/1', name: '' },
    ],
    either: { kind: 'b', deep: [1, '/deep'] },
    by: { x: '/by/x', y: '/by/y' },
    piped: 'piped',
    changed: '/changed',
    repository: 'a/b',
  }

  it('are found wherever they are nested, as the handler will get them', () => {
    const use = (kind: string, ...paths: string[]) => paths.map((path) => ({ use: kind, path }))
    expect(pathsIn(schema, schema.parse(input))).toEqual([
      ...use('read', '/one'),
      ...use('folder', '/empty'),
      ...use('read', '/some/0', '/some/1'),
      ...use('write', '/deep'),
      ...use('read', '/by/x', '/by/y'),
      ...use('folder', '/later'),
      ...use('read', '/piped', '/changed/..'),
    ])
    expect(
      pathsIn(
        schema,
        schema.parse({
          ...input,
          maybe: '/maybe',
          empty: null,
          some: [],
          either: { kind: 'a', text: '/text' },
          by: {},
        }),
      ).map(({ path }) => path),
    ).toEqual(['/one', '/maybe', '/later', '/piped', '/changed/..'])
  })

  it('are told by name', () => {
    expect(pathFields(schema).map(({ name, use }) => `${name} ${use}`)).toEqual([
      'one read',
      'maybe write',
      'empty folder',
      'some[].file read',
      'either.deep[1] write',
      'by.* read',
      'later folder',
      'piped read',
      'changed read',
    ])
  })

  it('are looked for in every call, and cannot hide in a kind of schema that is not known', () => {
    for (const { calls } of Object.values(contracts))
      for (const { input: each } of Object.values(calls)) expect(() => pathFields(each)).not.toThrow()
    expect(() => pathFields(z.object({ a: z.file() }))).toThrow('file')
    interface Tree {
      readonly file: string
      readonly below: readonly Tree[]
    }
    const tree: z.ZodType<Tree> = z.object({ file: PathToRead, below: z.array(z.lazy(() => tree)) })
    expect(pathFields(tree)).toEqual([{ name: 'file', use: 'read' }])
    expect(pathsIn(tree, { file: '/a', below: [{ file: '/b', below: [] }] }).map(({ path }) => path)).toEqual([
      '/a',
      '/b',
    ])
  })

  it('have a length and no NUL', () => {
    expect(
      [PathToRead, PathToWrite, FolderPath].map((each) =>
        ['', 'a\0b', 'x'.repeat(4097), 'x'.repeat(4096)].map((path) => each.safeParse(path).success),
      ),
    ).toEqual(Array(3).fill([false, false, false, true]))
  })
})

/** These are tests of the compiler: `tsc` fails where an expected error is missing. Each stands on one line with its mark. */
// prettier-ignore
export const mustNotCompile = [
  // @ts-expect-error a path without a mark
  () => defineContract({ calls: { read: { input: z.object({ file: z.string() }), output: type<null>() } }, events: {} }),
  // @ts-expect-error deep inside
  () => defineContract({ calls: { read: { input: z.object({ items: z.array(z.object({ sourcePath: z.string().min(1).optional() })) }), output: type<null>() } }, events: {} }),
  // @ts-expect-error in a union
  () => defineContract({ calls: { read: { input: z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), targetFolder: z.string() })]), output: type<null>() } }, events: {} }),
  // @ts-expect-error several paths
  () => defineContract({ calls: { read: { input: z.object({ paths: z.array(z.string()) }), output: type<null>() } }, events: {} }),
  // @ts-expect-error anything at all
  () => defineContract({ calls: { read: { input: z.object({ directory: z.unknown() }), output: type<null>() } }, events: {} }),
  // @ts-expect-error a text under another name does not reach what reads files
  () => previewTable(z.object({ text: z.string() }).parse({}).text, {}, 'ja'),
  // @ts-expect-error nor does a path that was picked for writing
  () => previewTable(PathToWrite.parse('/a'), {}, 'ja'),
  // @ts-expect-error nor one inside a repository
  () => previewTable(RepositoryPath.parse('a'), {}, 'ja'),
]

/** And these compile. */
export const mustCompile = [
  () =>
    defineContract({
      calls: {
        read: {
          input: z.object({
            file: PathToRead,
            folders: z.array(FolderPath).optional(),
            filter: z.string(),
            direction: z.string(),
          }),
          output: type<null>(),
        },
      },
      events: {},
    }),
  () => previewTable(PathToRead.parse('/a'), {}, 'ja'),
]

type Inputs = {
  [F in keyof typeof contracts]: {
    [N in keyof (typeof contracts)[F]['calls']]: (typeof contracts)[F]['calls'][N] extends {
      input: infer I extends z.ZodType
    }
      ? UnmarkedPath<z.output<I>>
      : never
  }[keyof (typeof contracts)[F]['calls']]
}[keyof typeof contracts]
/** No call of the studio has an unmarked path. */
export const unmarked: [Inputs] extends [never] ? true : Inputs = true
