// What a pickle works with: a stack, a memo, and the few callables that build plain values.
import { UserError } from '../contract/errors.ts'
import { MAX_PICKLE_OBJECTS, MAX_RANK } from './limits.ts'
import { damaged } from './torch-zip.ts'

/** A storage of elements: torch's class (`HalfStorage`) and the archive's entry `data/<key>`. */
export interface PickledStorage {
  readonly kind: 'storage'
  readonly type: string
  readonly key: string
}

/** A view of a storage: `offset` and `strides` count elements. */
export interface PickledTensor {
  readonly kind: 'tensor'
  readonly storage: PickledStorage
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

interface PickledGlobal {
  readonly kind: 'global'
  readonly name: string
}

export type Pickled =
  null | boolean | number | string | PickledGlobal | PickledStorage | PickledTensor | Pickled[] | Map<Pickled, Pickled>

const STORAGE = /^torch\.(\w+Storage)$/

/** The error of a pickle that holds more than tensors and plain values. */
export const refused = (path: string, found: string): UserError =>
  new UserError('checkpoint/torch-refused', { file: path, found: found.slice(0, MAX_NAME_LENGTH) })

/** The error of a pickle that builds more than any model needs. */
export const tooMany = (path: string, max: number): UserError =>
  new UserError('checkpoint/too-many', { file: path, found: `> ${max}`, max })

/** Names are shown so far. */
const MAX_NAME_LENGTH = 100

/** All that a pickle may call; undefined stands for arguments that do not fit. */
const constructors: Readonly<Record<string, (args: readonly Pickled[]) => Pickled | undefined>> = {
  'collections.OrderedDict': ([pairs = []]) => (isPairs(pairs) ? new Map(pairs) : undefined),
  'torch._utils._rebuild_tensor_v2': ([storage, offset, shape, strides]) =>
    isStorage(storage) &&
    isCount(offset) &&
    isCounts(shape) &&
    isCounts(strides) &&
    shape.length === strides.length &&
    shape.length <= MAX_RANK
      ? { kind: 'tensor', storage, offset, shape, strides }
      : undefined,
  'torch._utils._rebuild_parameter': ([tensor]) => (isTensor(tensor) ? tensor : undefined),
}

/**
 * The stack, the memo and the reading position. Every method throws UserError 'checkpoint/torch-damaged' where the
 * pickle makes no sense.
 */
export class PickleMachine {
  readonly path: string
  readonly #bytes: Buffer
  readonly #memo = new Map<number, Pickled>()
  /** Stack heights at the open MARKs. */
  readonly #marks: number[] = []
  #stack: Pickled[] = []
  #at = 0
  #objectCount = 0

  constructor(bytes: Buffer, path: string) {
    this.#bytes = bytes
    this.path = path
  }

  take(length: number): Buffer {
    const end = this.#at + length
    if (end > this.#bytes.length) throw damaged(this.path)
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  uint(bytes: 1 | 2 | 4): number {
    return this.take(bytes).readUIntLE(0, bytes)
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) throw damaged(this.path)
    const text = this.take(end - this.#at).toString('utf8')
    this.#at += 1
    return text
  }

  /** Puts a value on the stack. Throws UserError 'checkpoint/too-many' where it is one object too many. */
  push(value: Pickled): void {
    if (typeof value === 'object' && value !== null && ++this.#objectCount > MAX_PICKLE_OBJECTS)
      throw tooMany(this.path, MAX_PICKLE_OBJECTS)
    this.#stack.push(value)
  }

  pop(): Pickled {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined
    if (value === undefined) throw damaged(this.path)
    return value
  }

  top(): Pickled {
    const value = this.pop()
    this.#stack.push(value)
    return value
  }

  mark(): void {
    this.#marks.push(this.#stack.length)
  }

  popToMark(): Pickled[] {
    const height = this.#marks.pop()
    if (height === undefined) throw damaged(this.path)
    return this.#stack.splice(height)
  }

  popTuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop())
    this.push(items.reverse())
  }

  remember(index: number = this.#memo.size): void {
    if (this.#memo.size >= MAX_PICKLE_OBJECTS) throw tooMany(this.path, MAX_PICKLE_OBJECTS)
    this.#memo.set(index, this.top())
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) throw damaged(this.path)
    this.push(value)
  }

  global(module: Pickled, name: Pickled): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw damaged(this.path)
    const full = `${module}.${name}`
    if (!Object.hasOwn(constructors, full) && !STORAGE.test(full)) throw refused(this.path, full)
    this.push({ kind: 'global', name: full })
  }

  call(): void {
    const args = this.pop()
    const callee = this.pop()
    if (!isGlobal(callee) || !Array.isArray(args)) throw damaged(this.path)
    const construct = Object.hasOwn(constructors, callee.name) ? constructors[callee.name] : undefined
    if (!construct) throw refused(this.path, callee.name)
    const value = construct(args)
    if (value === undefined) throw damaged(this.path)
    this.push(value)
  }

  /** torch.save's reference to a storage: ('storage', class, key, device, number of elements). */
  storage(): void {
    const id = this.pop()
    const [kind, type, key] = Array.isArray(id) ? id : []
    const name = isGlobal(type) ? STORAGE.exec(type.name)?.[1] : undefined
    if (kind !== 'storage' || name === undefined || typeof key !== 'string') throw damaged(this.path)
    this.push({ kind: 'storage', type: name, key })
  }

  setItems(items: readonly Pickled[]): void {
    const target = this.top()
    if (!(target instanceof Map) || items.length % 2 !== 0) throw damaged(this.path)
    for (let i = 0; i < items.length; i += 2) target.set(items[i]!, items[i + 1]!)
  }

  append(items: readonly Pickled[]): void {
    const target = this.top()
    if (!Array.isArray(target)) throw damaged(this.path)
    for (const item of items) target.push(item)
  }
}

/** True for a tensor of the state dict. */
export const isTensor = (value: Pickled | undefined): value is PickledTensor => kindOf(value) === 'tensor'
const isStorage = (value: Pickled | undefined): value is PickledStorage => kindOf(value) === 'storage'
const isGlobal = (value: unknown): value is PickledGlobal => kindOf(value) === 'global'
const isCount = (value: Pickled | undefined): value is number => Number.isSafeInteger(value) && Number(value) >= 0
const isCounts = (value: Pickled | undefined): value is number[] => Array.isArray(value) && value.every(isCount)
const isPairs = (value: Pickled): value is [Pickled, Pickled][] =>
  Array.isArray(value) && value.every((item) => Array.isArray(item) && item.length === 2)

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined
