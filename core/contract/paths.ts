import { z } from 'zod'
import { InternalError } from './errors.ts'

/** What a call does with a path outside of the library. */
export type PathUse = 'read' | 'write' | 'folder'

const MAX_PATH_CHARACTERS = 4096
const pathUses = z.registry<{ readonly use: PathUse }>()

const outsidePath = (use: PathUse) =>
  z
    .string()
    .min(1)
    .max(MAX_PATH_CHARACTERS)
    .refine((path) => !path.includes('\0'), 'NUL')
    .register(pathUses, { use })

/** A file that a call reads. A window needs a grant for it (core/host/path-grants.ts). */
export const PathToRead = outsidePath('read').brand<'PathToRead'>()
export type PathToRead = z.infer<typeof PathToRead>

/** A file that a call writes. */
export const PathToWrite = outsidePath('write').brand<'PathToWrite'>()
export type PathToWrite = z.infer<typeof PathToWrite>

/** A folder that the studio will use from then on. */
export const FolderPath = outsidePath('folder').brand<'FolderPath'>()
export type FolderPath = z.infer<typeof FolderPath>

const MAX_REPOSITORY_PATH_CHARACTERS = 1000
const isRepositoryPath = (path: string): boolean =>
  !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')

/** The path of a file inside a repository: relative, parts divided by slashes, none of them empty or a step upwards. */
export const RepositoryPath = z
  .string()
  .max(MAX_REPOSITORY_PATH_CHARACTERS)
  .refine(isRepositoryPath, 'not a path inside a repository')
  .brand<'RepositoryPath'>()
export type RepositoryPath = z.infer<typeof RepositoryPath>

/** A path in a call's input. */
export interface NamedPath {
  readonly use: PathUse
  readonly path: string
}

/** Every marked path in an input that its schema has parsed, wherever it is nested. */
export function pathsIn(schema: z.core.$ZodType, value: unknown): NamedPath[] {
  const mark = pathUses.get(schema)
  if (mark) return typeof value === 'string' ? [{ use: mark.use, path: value }] : []
  return partsOf(schema).flatMap((part) => part.valuesOf(value).flatMap((each) => pathsIn(part.schema, each)))
}

/** A field that is a path: `name` as in `items[].file`. */
export interface PathField {
  readonly name: string
  readonly use: PathUse
}

/** The fields of a schema that are marked as paths. */
export function pathFields(
  schema: z.core.$ZodType,
  name = '',
  above: ReadonlySet<z.core.$ZodType> = new Set(),
): PathField[] {
  const mark = pathUses.get(schema)
  if (mark) return [{ name, use: mark.use }]
  // A schema that holds itself has no further fields.
  if (above.has(schema)) return []
  return partsOf(schema).flatMap((part) =>
    pathFields(part.schema, `${name}${part.step}`.replace(/^\./, ''), new Set([...above, schema])),
  )
}

interface Part {
  /** How the part is named after the whole, such as `.file` or `[]`. */
  readonly step: string
  readonly schema: z.core.$ZodType
  readonly valuesOf: (value: unknown) => readonly unknown[]
}

const itself = (schema: z.core.$ZodType): Part => ({ step: '', schema, valuesOf: (value) => [value] })
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const valuesOfObject = (value: unknown): unknown[] => (isObject(value) ? Object.values(value) : [])

/** The kinds of schemas that are made of no others. */
const LEAVES: ReadonlySet<string> = new Set<z.core.$ZodTypes['_zod']['def']['type']>([
  'string',
  'number',
  'bigint',
  'boolean',
  'null',
  'undefined',
  'void',
  'never',
  'any',
  'unknown',
  'date',
  'literal',
  'enum',
  'nan',
  'template_literal',
  'transform',
])

/**
 * The schemas that a schema is made of. Throws InternalError for a kind that it does not know: no path may hide in one.
 */
function partsOf(schema: z.core.$ZodType): Part[] {
  const { def } = (schema as z.core.$ZodTypes)._zod
  switch (def.type) {
    case 'object':
      return partsOfObject(def)
    case 'record':
      return [
        { step: '.*', schema: def.keyType, valuesOf: (value) => (isObject(value) ? Object.keys(value) : []) },
        { step: '.*', schema: def.valueType, valuesOf: valuesOfObject },
      ]
    case 'map':
      return [
        { step: '[]', schema: def.keyType, valuesOf: (value) => (value instanceof Map ? [...value.keys()] : []) },
        { step: '[]', schema: def.valueType, valuesOf: (value) => (value instanceof Map ? [...value.values()] : []) },
      ]
    case 'set':
      return [{ step: '[]', schema: def.valueType, valuesOf: (value) => (value instanceof Set ? [...value] : []) }]
    case 'array':
      return [{ step: '[]', schema: def.element, valuesOf: (value) => (Array.isArray(value) ? value : []) }]
    case 'tuple':
      return partsOfTuple(def)
    case 'union':
      return def.options.map(itself)
    case 'intersection':
      return [itself(def.left), itself(def.right)]
    case 'pipe':
      return [itself(def.in), itself(def.out)]
    case 'lazy':
      return [itself(def.getter())]
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return [itself(def.innerType)]
    default:
      if (LEAVES.has(def.type)) return []
      throw new InternalError(`no path can be looked for in a schema of the kind ${def.type}`)
  }
}

const partsOfObject = ({ shape, catchall }: z.core.$ZodObjectDef): Part[] => [
  ...Object.entries(shape).map(([key, field]): Part => ({
    step: `.${key}`,
    schema: field,
    valuesOf: (value) => (isObject(value) ? [value[key]] : []),
  })),
  ...(catchall ? [{ step: '.*', schema: catchall, valuesOf: valuesOfObject }] : []),
]

const partsOfTuple = ({ items, rest }: z.core.$ZodTupleDef): Part[] => [
  ...items.map((item, index): Part => ({
    step: `[${index}]`,
    schema: item,
    valuesOf: (value) => (Array.isArray(value) ? [value[index]] : []),
  })),
  ...(rest
    ? [
        {
          step: '[]',
          schema: rest,
          valuesOf: (value: unknown) => (Array.isArray(value) ? value.slice(items.length) : []),
        },
      ]
    : []),
]
