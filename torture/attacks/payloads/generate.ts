import { settingKeys, type CallName } from '../../../core/contract/index.ts'
import type { Random } from '../../harness/random.ts'
import { hostileOfSameKind, hostileTexts, hostileValue } from './hostile-values.ts'

/** What is there, so that payloads get past the first check. */
export interface World {
  readonly datasetIds: readonly string[]
  readonly experimentIds: readonly string[]
  readonly columnIds: readonly string[]
  readonly files: readonly string[]
  readonly targets: readonly string[]
  /** Folders that a call may take without harm to this machine. */
  readonly folders: readonly string[]
  readonly settings: Readonly<Record<string, unknown>>
}

/** The parts of a zod schema that tell what it lets through. */
interface Schema {
  readonly def: {
    readonly type: string
    readonly innerType?: Schema
    readonly element?: Schema
    readonly valueType?: Schema
    readonly options?: readonly Schema[]
    readonly shape?: Readonly<Record<string, Schema>>
    readonly entries?: Readonly<Record<string, string>>
    readonly values?: readonly unknown[]
    readonly items?: readonly Schema[]
    readonly in?: Schema
  }
}

export class Generator {
  readonly #random: Random
  readonly #world: World
  #call: CallName

  constructor(random: Random, world: World) {
    this.#random = random
    this.#world = world
    this.#call = 'datasets.list'
  }

  /** An input of the right shape, spoilt in one to three places, or replaced altogether. */
  payload(call: CallName, schema: unknown): unknown {
    this.#call = call
    const random = this.#random
    if (random.chance(0.03)) return hostileValue(random)
    const holder = { input: this.#value(schema as Schema, 'input', 0) }
    for (let times = random.integer(1, 3); times > 0; times--) this.#spoil(holder)
    return this.#harmless(holder.input)
  }

  #value(schema: Schema, name: string, depth: number): unknown {
    const random = this.#random
    const { def } = schema
    switch (def.type) {
      case 'optional':
      case 'default':
      case 'prefault':
      case 'nullable':
      case 'nonoptional':
      case 'readonly':
      case 'catch':
        return random.chance(0.4) && depth > 0
          ? def.type === 'nullable'
            ? null
            : undefined
          : this.#value(def.innerType as Schema, name, depth)
      case 'pipe':
        return this.#value(def.in as Schema, name, depth)
      case 'object':
        return Object.fromEntries(
          Object.entries(def.shape ?? {}).map(([key, inner]) => [key, this.#value(inner, key, depth + 1)]),
        )
      case 'array':
        return Array.from({ length: random.integer(1, 3) }, () => this.#value(def.element as Schema, name, depth + 1))
      case 'tuple':
        return (def.items ?? []).map((item) => this.#value(item, name, depth + 1))
      case 'union':
        return this.#value(random.pick(def.options ?? []), name, depth + 1)
      case 'enum':
        return random.pick(Object.values(def.entries ?? {}))
      case 'literal':
        return def.values?.[0]
      case 'record':
        return name === 'settings'
          ? { ...this.#world.settings, [random.pick(settingKeys)]: hostileValue(random) }
          : { a: hostileValue(random) }
      case 'number':
        return random.integer(0, 5)
      case 'boolean':
        return random.chance(0.5)
      case 'string':
        return this.#text(name)
      default:
        return hostileValue(random)
    }
  }

  /** What is likely to exist under that name. */
  #text(name: string): string {
    const random = this.#random
    const world = this.#world
    const lists: Readonly<Record<string, readonly string[]>> = {
      id: this.#call.startsWith('experiments')
        ? world.experimentIds
        : this.#call.startsWith('models')
          ? ['terakoya-tiny-ja']
          : world.datasetIds,
      from: world.datasetIds,
      datasetId: world.datasetIds,
      experimentId: world.experimentIds,
      modelId: ['terakoya-tiny-ja'],
      columnId: world.columnIds,
      fromColumnId: world.columnIds,
      columnIds: world.columnIds,
      take: world.columnIds,
      file: world.files,
      target: world.targets,
      folder: world.folders,
    }
    const known = lists[name]
    return known && known.length > 0 ? random.pick(known) : random.pick(['a', 'instruction', '質問', 'table', '1'])
  }

  /** Replaces, takes away or adds something at a random place of the tree. */
  #spoil(holder: Record<string, unknown>): void {
    const random = this.#random
    let place: Record<string, unknown> = holder
    let key = 'input'
    for (;;) {
      const value = place[key]
      if (typeof value !== 'object' || value === null || random.chance(0.15)) break
      const keys = Object.keys(value)
      if (keys.length === 0) break
      place = value as Record<string, unknown>
      key = random.pick(keys)
    }
    const chance = random.next()
    if (chance < 0.6) place[key] = hostileOfSameKind(place[key], random)
    else if (chance < 0.8) place[key] = hostileValue(random)
    else if (chance < 0.9) delete place[key]
    else if (Array.isArray(place)) place.splice(random.integer(0, place.length), 0, hostileValue(random))
    // Set as an own property, a name such as __proto__ reaches the other side.
    else
      Object.defineProperty(place, random.pick(hostileTexts), {
        value: hostileValue(random),
        enumerable: true,
        configurable: true,
        writable: true,
      })
  }

  /** Where the studio would keep or delete files: nothing of this machine may be named. */
  #harmless(input: unknown): unknown {
    if (this.#call !== 'gpuPack.setFolder' && this.#call !== 'system.setLibrary') return input
    const folder = (input as { folder?: unknown } | null)?.folder
    const isOutside =
      typeof folder === 'string' &&
      (/[/\\~]|\.\./.test(folder) || folder.trim() === '.') &&
      !this.#world.folders.includes(folder)
    return isOutside ? { folder: this.#random.pick(this.#world.folders) } : input
  }
}
