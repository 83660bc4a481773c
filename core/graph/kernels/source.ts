import { InternalError } from '../../contract/errors.ts'
import type { BlockKernel, Dim, Node, Typed, Value, WholeKernel } from '../ir.ts'
import { sameShape } from '../shapes.ts'
import { C_TYPES, STORED_TYPES } from './c-types.ts'
import { isCollection } from './expand.ts'
import { isScalar, type Group, type Grouping } from './groups.ts'
import type { Kernel, KernelCall, KernelDim, RowLaunch } from './kernel.ts'

/** How many neighbours of a row a thread computes at once where they divide it. */
const PACK = 8
const WARP = 32
const MAX_THREADS = 256
/** A warp computes a row of so many packs. */
const SHORT_ROW = 128

/**
 * How the threads of a block lie over rows of so many columns: [along the row, rows], and how often each is used in a
 * row.
 */
export function threadsFor(
  columns: number,
  rowBy: RowLaunch['rowBy'],
): { readonly threads: readonly [number, number]; readonly turns: number } {
  const packs = Math.ceil(columns / (columns % PACK === 0 ? PACK : 1))
  if (packs <= SHORT_ROW && rowBy !== 'block')
    return { threads: [WARP, MAX_THREADS / WARP], turns: Math.ceil(packs / WARP) }
  // Every thread gets as many turns as the others.
  const turns = Math.ceil(packs / MAX_THREADS)
  const width = Math.ceil(packs / turns / WARP) * WARP
  return { threads: [width, 1], turns: Math.ceil(packs / width) }
}

/**
 * The kernel that an op has for itself, where it has one for these values. `waits`: values that it must not run before.
 */
export function wholeKernel({ op, inputs, outputs, attributes }: Node, waits: readonly Value[]): KernelCall | null {
  const whole = op.kernel?.(inputs, attributes)
  if (!whole || [...inputs, ...outputs].some(({ dtype }) => STORED_TYPES[dtype] === undefined)) return null
  const call = { inputs, outputs, waits: waits.filter((value) => !inputs.includes(value)) }
  return 'blocks' in whole ? overBlocks(whole, call) : overRows(whole, call)
}

type Values = Pick<KernelCall, 'inputs' | 'outputs'> & { readonly waits: readonly Value[] }

function overRows({ body, sizes, rowBy }: WholeKernel, { inputs, outputs, waits }: Values): KernelCall {
  const { shape } = outputs[0] as Value
  const launch: RowLaunch = {
    rows: shape.slice(0, -1).map((dim) => kernelDimOf(inputs, dim)),
    columns: kernelDimOf(inputs, shape.at(-1) as Dim),
    rowBy,
  }
  const parameters = declared(
    parametersOf({ inputs, outputs, waits }, [...rowNames(launch.rows.length), ...sizeNames(sizes.length)]),
  )
  const text = (name: string) =>
    `extern "C" __global__ void ${name}(${parameters}) {\n  const long long row = (long long)blockIdx.x * blockDim.y + threadIdx.y;\n  if (row >= rows) return;${body}\n}\n`
  return called({ text, sizes, launch }, { inputs, outputs, waits })
}

function overBlocks({ library, body, sizes, ...launch }: BlockKernel, values: Values): KernelCall {
  const parameters = declared(parametersOf(values, sizeNames(sizes.length)))
  const text = (name: string) =>
    `extern "C" __global__ void __launch_bounds__(${launch.threads}) ${name}(${parameters}) {\n  extern __shared__ uint4 memory[];\n  ${body}\n}\n`
  return called({ text, sizes, launch, library }, values)
}

type Written = Pick<Kernel, 'sizes' | 'launch' | 'library'> & { readonly text: (name: string) => string }

function called({ text, library, ...kernel }: Written, { inputs, outputs, waits }: Values): KernelCall {
  const shapes = outputs.map(({ dtype, shape }) => ({ dtype, shape: shape.map((dim) => kernelDimOf(inputs, dim)) }))
  const all = [...inputs, ...waits]
  const types = all.map(({ dtype }) => dtype)
  const name = nameOf([text(''), shapes, types, kernel])
  return {
    kernel: {
      ...kernel,
      ...(library !== undefined && { library }),
      name,
      source: text(name),
      inputs: types,
      waits: waits.length,
      outputs: shapes,
    },
    inputs: all,
    outputs,
  }
}

/**
 * The same name for the same text, whatever it uses of a library: two FNV-1a hashes of 32 bits, forwards and backwards.
 */
function nameOf(key: unknown): string {
  const text = JSON.stringify(key)
  let [forwards, backwards] = [0x811c9dc5, 0x811c9dc5]
  for (let index = 0; index < text.length; index++) {
    forwards = Math.imul(forwards ^ text.charCodeAt(index), 0x01000193)
    backwards = Math.imul(backwards ^ text.charCodeAt(text.length - 1 - index), 0x01000193)
  }
  return `k${[forwards, backwards].map((hash) => (hash >>> 0).toString(16).padStart(8, '0')).join('')}`
}

/**
 * Writes the kernel of a group; `outputs` are the values of its members that others read, `waits` values that it must
 * not run before.
 */
export const writeKernel = (
  group: Group,
  grouping: Grouping,
  outputs: readonly Value[],
  waits: readonly Value[],
): KernelCall => new KernelWriter(group, grouping).write(outputs, waits)

class KernelWriter {
  readonly #group: Group
  readonly #grouping: Grouping
  readonly #leaves: Value[] = []
  /** Statements before the loops: offsets of the row, elements that all columns share. */
  readonly #rowLines: string[] = []
  readonly #rowNames = new Map<Value, string>()
  readonly #collected = new Map<Value, string>()

  constructor(group: Group, grouping: Grouping) {
    this.#group = group
    this.#grouping = grouping
  }

  write(outputs: readonly Value[], waits: readonly Value[]): KernelCall {
    const phases = this.#phases(outputs).map((values) => this.#collectPhase(values))
    const last = this.#outputPhase(outputs)
    const inputs = this.#leaves
    const rows = this.#group.rows.map((dim) => kernelDimOf(inputs, dim))
    const launch: RowLaunch = {
      rows,
      columns: kernelDimOf(inputs, this.#group.columns),
      rowBy: phases.length > 0 ? 'warp' : 'none',
    }
    const values = { inputs, outputs, waits: waits.filter((value) => !inputs.includes(value)) }
    const parameters = parametersOf(values, rowNames(rows.length))
    const names = parameters.map(([, name]) => name).join(', ')
    const body = [...this.#places(rows.length), ...this.#rowLines, ...phases.flat(), ...last]
      .map((line) => `  ${line}`)
      .join('\n')
    const text = (
      name: string,
    ) => `template <int V> __device__ __forceinline__ void ${name}_body(${declared(parameters)}, float* shared) {\n${body}\n}
extern "C" __global__ void ${name}(${declared(parameters)}) {
  __shared__ float shared[32];
  if (columns % ${PACK} == 0) ${name}_body<${PACK}>(${names}, shared);
  else ${name}_body<1>(${names}, shared);
}\n`
    return called({ text, sizes: [], launch }, values)
  }

  /** The sums and maxima of the group, by how many others lie before them. */
  #phases(outputs: readonly Value[]): Value[][] {
    const depths = new Map<Value, number>()
    const depthOf = (value: Value): number => {
      const known = depths.get(value)
      if (known !== undefined) return known
      const node = this.#ownNode(value)
      const below = node ? node.inputs.reduce((most, input) => Math.max(most, depthOf(input)), 0) : 0
      const depth = node && isCollection(node) ? below + 1 : below
      depths.set(value, depth)
      return depth
    }
    outputs.forEach(depthOf)
    const phases: Value[][] = []
    for (const [value, depth] of depths) {
      const node = this.#ownNode(value)
      if (node && isCollection(node)) (phases[depth - 1] ??= []).push(value)
    }
    return phases
  }

  /** The node of a value that is computed in this kernel: a member's, or one that is computed wherever it is read. */
  #ownNode(value: Value) {
    if (value.source.kind !== 'node') return null
    const { node } = value.source
    return this.#group.members.has(node) || this.#grouping.inlined(value) ? node : null
  }

  #collectPhase(values: readonly Value[]): string[] {
    const loop = new Loop()
    const names = values.map((value, index) => `s${this.#collected.size + index}`)
    const kinds = values.map((value) => {
      const node = this.#ownNode(value)!
      return node.op.collect?.(node.inputs[0] as Value, node.attributes) === 'max' ? 'Max' : 'Sum'
    })
    const joins = values.map(
      (value, index) =>
        `${names[index]} = ${kinds[index]}::join(${names[index]}, ${this.#element(this.#ownNode(value)!.inputs[0] as Value, loop)});`,
    )
    const before = names.map((name, index) => `float ${name} = ${kinds[index]}::zero();`)
    const after = names.map((name, index) => `${name} = collect<${kinds[index]}>(${name}, shared);`)
    values.forEach((value, index) => this.#collected.set(value, names[index] as string))
    return [...before, ...loop.wrap(joins), ...after]
  }

  #outputPhase(outputs: readonly Value[]): string[] {
    const loop = new Loop()
    const wide = outputs.filter((value) => this.#isWide(value))
    const index = (value: Value) => outputs.indexOf(value)
    const stores = wide.map((value) => `narrow(${this.#element(value, loop)}, p${index(value)}.at[j]);`)
    const packs = wide.map((value) => `Pack<${STORED_TYPES[value.dtype]}, V> p${index(value)};`)
    const writes = wide.map((value) => `store<V>(out${index(value)} + row * columns + c, p${index(value)});`)
    const narrow = outputs.filter((value) => !this.#isWide(value))
    const single = narrow.map((value) => {
      const inner = new Loop('0')
      const text = this.#element(value, inner)
      return `if (threadIdx.x == 0 && blockIdx.y == 0) { ${inner.lines.join(' ')} narrow(${text}, out${index(value)}[row]); }`
    })
    return [...(wide.length > 0 ? loop.wrap(stores, packs, writes) : []), ...single]
  }

  /** True where a value has an element for every column. */
  #isWide({ shape }: Typed): boolean {
    return shape.at(-1) === this.#group.columns
  }

  /** The C name or expression of a value's element in the loop. */
  #element(value: Value, loop: Loop): string {
    const known = loop.names.get(value) ?? this.#collected.get(value) ?? this.#rowNames.get(value)
    if (known !== undefined) return known
    if (isScalar(value)) return literal(value)
    const node = this.#ownNode(value)
    if (!node) return this.#load(value, loop)
    const inputs = node.inputs.map((input, index) =>
      node.op.unread?.includes(index) ? this.#name(input) : this.#element(input, loop),
    )
    const text = node.op.element!({
      inputs,
      values: node.inputs,
      output: value,
      attrs: node.attributes,
      column: loop.column,
    })
    const name = `v${loop.names.size}`
    loop.names.set(value, name)
    loop.lines.push(`${C_TYPES[value.dtype]} ${name} = ${text};`)
    return name
  }

  /** Makes the kernel depend on a value whose elements it does not read. */
  #name(value: Value): string {
    if (!isScalar(value))
      for (const leaf of this.#grouping.inlined(value)?.leaves ?? (this.#ownNode(value) ? [] : [value]))
        this.#leafIndex(leaf)
    return '0'
  }

  #leafIndex(value: Value): number {
    const known = this.#leaves.indexOf(value)
    if (known >= 0) return known
    this.#leaves.push(value)
    return this.#leaves.length - 1
  }

  #load(value: Value, loop: Loop): string {
    const index = this.#leafIndex(value)
    const offset = this.#offset(value)
    const width = value.shape.at(-1)
    if (width === undefined || (width === 1 && this.#group.columns !== 1)) {
      const name = `r${index}`
      this.#rowLines.push(`const ${C_TYPES[value.dtype]} ${name} = widen(in${index}[${offset}]);`)
      this.#rowNames.set(value, name)
      return name
    }
    loop.loads.push(
      `const Pack<${STORED_TYPES[value.dtype]}, V> l${index} = load<V>(in${index} + ${offset === '0' ? '' : `(${offset}) * columns + `}c);`,
    )
    loop.names.set(value, `widen(l${index}.at[j])`)
    return `widen(l${index}.at[j])`
  }

  /** Which row of a leaf belongs to this row, in C: axes of size 1 are broadcast, missing ones too. */
  #offset({ shape }: Value): string {
    const { rows } = this.#group
    const own = shape.slice(0, -1)
    if (sameShape(own, rows)) return 'row'
    const skipped = rows.length - own.length
    return own.reduce<string>(
      (text, dim, axis) =>
        dim === 1 ? text : text === '0' ? `i${axis + skipped}` : `(${text} * d${axis + skipped} + i${axis + skipped})`,
      '0',
    )
  }

  /** `row`, and its place i0, i1 … on every axis. */
  #places(rank: number): string[] {
    // A warp that has no row ends: others do not wait for it.
    const lines = [
      'const long long row = (long long)blockIdx.x * blockDim.y + threadIdx.y;',
      'if (row >= rows) return;',
    ]
    if (rank > 1) lines.push('int rest = (int)row;')
    for (let axis = rank - 1; axis >= 0; axis--)
      lines.push(
        axis === 0
          ? `const int i0 = ${rank > 1 ? 'rest' : '(int)row'};`
          : `const int i${axis} = rest % d${axis}; rest /= d${axis};`,
      )
    return lines
  }
}

/** What is computed for every column, or (`column` given) for one. */
class Loop {
  readonly names = new Map<Value, string>()
  readonly loads: string[] = []
  readonly lines: string[] = []
  readonly column: string

  constructor(column = '(c + j)') {
    this.column = column
  }

  wrap(uses: readonly string[], before: readonly string[] = [], after: readonly string[] = []): string[] {
    return [
      'for (int c = (blockIdx.y * blockDim.x + threadIdx.x) * V; c < columns; c += gridDim.y * blockDim.x * V) {',
      ...[...this.loads, ...before].map((line) => `  ${line}`),
      '  #pragma unroll',
      '  for (int j = 0; j < V; j++) {',
      ...[...this.lines, ...uses].map((line) => `    ${line}`),
      '  }',
      ...after.map((line) => `  ${line}`),
      '}',
    ]
  }
}

function literal({ dtype, source }: Value): string {
  const [value] = source.kind === 'constant' ? (source.data as readonly [number]) : [0]
  if (C_TYPES[dtype] !== 'float')
    return dtype === 'int64' ? `${value}LL` : dtype === 'bool' ? String(value !== 0) : String(value)
  if (!Number.isFinite(value)) return value > 0 ? '__int_as_float(0x7f800000)' : '(-__int_as_float(0x7f800000))'
  const text = Math.fround(value).toPrecision(9)
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`
}

/** Where the size of a dimension is read: from an input that has it. */
function kernelDimOf(inputs: readonly Value[], dim: Dim): KernelDim {
  if (typeof dim === 'number') return dim
  for (const [input, { shape }] of inputs.entries()) {
    const axis = shape.indexOf(dim)
    if (axis >= 0) return { input, axis }
  }
  throw new InternalError(`no input has the dimension ${dim}`)
}

/** What a kernel's function takes, type and name: inputs, what it waits for, outputs, ints. */
const parametersOf = (
  { inputs, outputs, waits }: Values,
  ints: readonly string[],
): (readonly [type: string, name: string])[] => [
  ...inputs.map(({ dtype }, index) => [`const ${STORED_TYPES[dtype]}* __restrict__`, `in${index}`] as const),
  ...waits.map((_, index) => ['const void*', `wait${index}`] as const),
  ...outputs.map(({ dtype }, index) => [`${STORED_TYPES[dtype]}* __restrict__`, `out${index}`] as const),
  ...ints.map((name) => ['int', name] as const),
]

const rowNames = (axes: number): string[] => [
  ...Array.from({ length: axes }, (_, axis) => `d${axis}`),
  'rows',
  'columns',
]
const sizeNames = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`)

const declared = (parameters: ReturnType<typeof parametersOf>): string =>
  parameters.map((parameter) => parameter.join(' ')).join(', ')
