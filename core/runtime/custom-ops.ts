import koffi from 'koffi'
import { KERNEL_DOMAIN } from '../graph/kernels/domain.ts'
import { addressOf, output, type Api, type Pointer } from './api.ts'
import { onnxTypeOf, type DType } from './dtype.ts'

/** An operator that ONNX Runtime does not know. Its inputs and outputs lie on the provider's device. */
export interface CustomOp {
  readonly name: string
  readonly inputs: readonly DType[]
  readonly outputs: readonly DType[]
  /**
   * Computes one node, or queues it on the context's stream. Called on the thread that this module was loaded on,
   * whichever thread runs the session.
   */
  compute(context: KernelContext): void
}

/** One call of an operator, valid until it returns. */
export interface KernelContext {
  /** Looked up when it is asked for: each costs calls into native code. */
  input(index: number): { readonly data: Pointer; readonly shape: readonly number[] }
  /** Makes the output number `index` and returns where it lies. */
  output(index: number, shape: readonly number[]): Pointer
  /** The provider's stream; only on a GPU. */
  stream(): Pointer
}

/** The operators of a session: freed after it. */
export interface RegisteredOps {
  /**
   * What an operator has thrown since the last call, or null: native code in between passes on no more than that it
   * failed.
   */
  takeFailure(): { readonly error: unknown } | null
  dispose(): void
}

/**
 * The layout of OrtCustomOp from which on kernels return a status: a run must not go on with outputs that were not
 * made.
 */
const STRUCT_VERSION = 16
/** The struct's function pointers that we fill, and their places (onnxruntime_c_api.h); the others are null. */
const FUNCTIONS = {
  CreateKernel: 0,
  GetName: 1,
  GetExecutionProviderType: 2,
  GetInputType: 3,
  GetInputTypeCount: 4,
  GetOutputType: 5,
  GetOutputTypeCount: 6,
  KernelDestroy: 8,
  GetInputCharacteristic: 9,
  GetOutputCharacteristic: 10,
  GetInputMemoryType: 11,
  KernelComputeV2: 17,
} as const
const ALL_FUNCTIONS = 25
/** OrtErrorCode of a failure that is said nothing more about. */
const FAILED = 1
/** OrtCustomOpInputOutputCharacteristic and OrtMemType. */
const [REQUIRED, ON_DEVICE] = [0, 0]

const callbackTypes = {
  CreateKernel: 'void *(void *op, void *api, void *info)',
  GetName: 'void *(void *op)',
  GetExecutionProviderType: 'void *(void *op)',
  GetInputType: 'int(void *op, size_t index)',
  GetInputTypeCount: 'size_t(void *op)',
  GetOutputType: 'int(void *op, size_t index)',
  GetOutputTypeCount: 'size_t(void *op)',
  KernelComputeV2: 'void *(void *kernel, void *context)',
  KernelDestroy: 'void(void *kernel)',
  GetInputCharacteristic: 'int(void *op, size_t index)',
  GetOutputCharacteristic: 'int(void *op, size_t index)',
  GetInputMemoryType: 'int(void *op, size_t index)',
} as const satisfies Record<keyof typeof FUNCTIONS, string>

interface Entry {
  readonly op: CustomOp
  readonly name: ArrayBuffer
  readonly provider: ArrayBuffer
  readonly struct: ArrayBuffer
  readonly registry: Registry
}

/** By the address of their structs, which ONNX Runtime hands to every callback. */
const entries = new Map<Pointer, Entry>()
let callbacks: ReadonlyMap<number, Pointer> | null = null

/** Adds operators to native session options. The result is disposed of after the sessions made with them. */
export function registerOps(api: Api, options: Pointer, provider: string, ops: readonly CustomOp[]): RegisteredOps {
  const domain = output<Pointer>((out) => api.CreateCustomOpDomain(KERNEL_DOMAIN, out))
  const registry = new Registry(api, domain)
  for (const op of ops) {
    const entry: Entry = {
      op,
      registry,
      name: cString(op.name),
      provider: cString(provider),
      struct: structOf(native()),
    }
    const address = addressOf(entry.struct)
    entries.set(address, entry)
    registry.addresses.push(address)
    api.CustomOpDomain_Add(domain, address)
  }
  api.AddCustomOpDomain(options, domain)
  return registry
}

class Registry implements RegisteredOps {
  readonly addresses: Pointer[] = []
  readonly #api: Api
  readonly #domain: Pointer
  #failure: { readonly error: unknown } | null = null

  constructor(api: Api, domain: Pointer) {
    this.#api = api
    this.#domain = domain
  }

  dispose(): void {
    this.#api.ReleaseCustomOpDomain(this.#domain)
    for (const address of this.addresses) entries.delete(address)
  }

  takeFailure(): { readonly error: unknown } | null {
    const failure = this.#failure
    this.#failure = null
    return failure
  }

  /** Null, or the OrtStatus that ends the run. */
  compute(op: CustomOp, context: Pointer): Pointer | null {
    try {
      op.compute(new NativeContext(this.#api, context))
      return null
    } catch (error) {
      this.#failure ??= { error }
      return this.#api.CreateStatus(FAILED, `${op.name} failed`)
    }
  }
}

class NativeContext implements KernelContext {
  readonly #api: Api
  readonly #native: Pointer

  constructor(api: Api, context: Pointer) {
    this.#api = api
    this.#native = context
  }

  input(index: number) {
    const value = output<Pointer>((out) => this.#api.KernelContext_GetInput(this.#native, index, out))
    const [dataOf, shapeOf] = [() => this.#dataOf(value), () => this.#shapeOf(value)]
    return {
      get data() {
        return dataOf()
      },
      get shape() {
        return shapeOf()
      },
    }
  }

  output(index: number, shape: readonly number[]): Pointer {
    return this.#dataOf(
      output<Pointer>((out) =>
        this.#api.KernelContext_GetOutput(this.#native, index, BigInt64Array.from(shape, BigInt), shape.length, out),
      ),
    )
  }

  stream(): Pointer {
    return output<Pointer>((out) => this.#api.KernelContext_GetGPUComputeStream(this.#native, out)) ?? 0n
  }

  #dataOf(value: Pointer): Pointer {
    return output<Pointer>((out) => this.#api.GetTensorMutableData(value, out)) ?? 0n
  }

  #shapeOf(value: Pointer): number[] {
    const info = output<Pointer>((out) => this.#api.GetTensorTypeAndShape(value, out))
    const dims = new BigInt64Array(output<number>((out) => this.#api.GetDimensionsCount(info, out)))
    this.#api.GetDimensions(info, dims, dims.length)
    this.#api.ReleaseTensorTypeAndShapeInfo(info)
    return Array.from(dims, Number)
  }
}

/** The functions that all operators share, made once: the struct's address tells which operator is meant. */
function native(): ReadonlyMap<number, Pointer> {
  const entryOf = (op: Pointer) => entries.get(BigInt(op)) as Entry
  const functions: Record<keyof typeof FUNCTIONS, (...args: never[]) => unknown> = {
    CreateKernel: (op: Pointer) => op,
    GetName: (op: Pointer) => addressOf(entryOf(op).name),
    GetExecutionProviderType: (op: Pointer) => addressOf(entryOf(op).provider),
    GetInputType: (op: Pointer, index: number) => onnxTypeOf(entryOf(op).op.inputs[Number(index)] as DType),
    GetInputTypeCount: (op: Pointer) => entryOf(op).op.inputs.length,
    GetOutputType: (op: Pointer, index: number) => onnxTypeOf(entryOf(op).op.outputs[Number(index)] as DType),
    GetOutputTypeCount: (op: Pointer) => entryOf(op).op.outputs.length,
    KernelComputeV2: (op: Pointer, context: Pointer) => entryOf(op).registry.compute(entryOf(op).op, context),
    KernelDestroy: () => undefined,
    GetInputCharacteristic: () => REQUIRED,
    GetOutputCharacteristic: () => REQUIRED,
    GetInputMemoryType: () => ON_DEVICE,
  }
  const register = (name: keyof typeof FUNCTIONS) =>
    koffi.register(functions[name], koffi.pointer(koffi.proto(callbackTypes[name].replace('(', ` ${name}(`))))
  callbacks ??= new Map(
    Object.entries(FUNCTIONS).map(([name, place]) => [place, register(name as keyof typeof FUNCTIONS)]),
  )
  return callbacks
}

function structOf(functions: ReadonlyMap<number, Pointer>): ArrayBuffer {
  const words = new BigUint64Array(1 + ALL_FUNCTIONS)
  new Uint32Array(words.buffer)[0] = STRUCT_VERSION
  for (const [place, address] of functions) words[1 + place] = address
  return words.buffer
}

const cString = (text: string): ArrayBuffer => new Uint8Array(Buffer.from(`${text}\0`, 'utf8')).buffer
