/**
 * The functions of ONNX Runtime's C API that we call: place in the OrtApi table and C parameters. The table only ever
 * grows at its end, so a place holds for every later version. `Pointer` is a native address.
 */
export type Pointer = bigint
/** A place for an output parameter: the value is written into element 0. */
export type Out<T> = [T | null]

export interface Signature<Args extends readonly unknown[], Result> {
  readonly place: number
  /** C type of the result; null: an OrtStatus, thrown as OrtError when it is not OK. */
  readonly result: string | null
  readonly parameters: readonly string[]
  readonly types?: (...args: Args) => Result
}

const status = <Args extends readonly unknown[]>(place: number, ...parameters: string[]): Signature<Args, void> => ({
  place,
  result: null,
  parameters,
})
const plain = <Args extends readonly unknown[], Result>(
  place: number,
  result: string,
  ...parameters: string[]
): Signature<Args, Result> => ({ place, result, parameters })
const release = (place: number): Signature<[Pointer], void> => plain(place, 'void', 'void *')

/** File names are UTF-16 on Windows and UTF-8 elsewhere. */
const pathType = process.platform === 'win32' ? 'const char16_t *' : 'const char *'

/** The address of memory, or the memory itself for calls that do not keep it. */
type Memory = Pointer | ArrayBufferView | ArrayBuffer

export const signatures = {
  CreateStatus: plain<[code: number, message: string], Pointer>(0, 'void *', 'int', 'const char *'),
  GetErrorCode: plain<[Pointer], number>(1, 'int', 'void *'),
  GetErrorMessage: plain<[Pointer], string>(2, 'const char *', 'void *'),
  ReleaseStatus: release(93),

  CreateEnv: status<[logLevel: number, id: string, out: Out<Pointer>]>(3, 'int', 'const char *', '_Out_ void **'),
  GetAvailableProviders: status<[out: Out<Pointer>, count: Out<number>]>(125, '_Out_ void **', '_Out_ int *'),
  ReleaseAvailableProviders: status<[names: Pointer, count: number]>(126, 'void *', 'int'),

  CreateSessionOptions: status<[out: Out<Pointer>]>(10, '_Out_ void **'),
  EnableProfiling: status<[options: Pointer, prefix: string]>(14, 'void *', pathType),
  DisableMemPattern: status<[options: Pointer]>(17, 'void *'),
  DisableCpuMemArena: status<[options: Pointer]>(19, 'void *'),
  SetSessionGraphOptimizationLevel: status<[options: Pointer, level: number]>(23, 'void *', 'int'),
  SetIntraOpNumThreads: status<[options: Pointer, count: number]>(24, 'void *', 'int'),
  AddSessionConfigEntry: status<[options: Pointer, key: string, value: string]>(
    130,
    'void *',
    'const char *',
    'const char *',
  ),
  AddInitializer: status<[options: Pointer, name: string, value: Pointer]>(150, 'void *', 'const char *', 'void *'),
  SetDeterministicCompute: status<[options: Pointer, on: boolean]>(273, 'void *', 'bool'),
  SessionOptionsAppendExecutionProvider: status<
    [options: Pointer, name: string, keys: string[], values: string[], count: number]
  >(216, 'void *', 'const char *', 'const char **', 'const char **', 'size_t'),
  SessionOptionsAppendExecutionProvider_CUDA_V2: status<[options: Pointer, cuda: Pointer]>(204, 'void *', 'void *'),
  CreateCUDAProviderOptions: status<[out: Out<Pointer>]>(205, '_Out_ void **'),
  UpdateCUDAProviderOptions: status<[cuda: Pointer, keys: string[], values: string[], count: number]>(
    206,
    'void *',
    'const char **',
    'const char **',
    'size_t',
  ),
  ReleaseCUDAProviderOptions: release(208),
  CreateArenaCfgV2: status<[keys: string[], values: BigUint64Array, count: number, out: Out<Pointer>]>(
    164,
    'const char **',
    'void *',
    'size_t',
    '_Out_ void **',
  ),
  ReleaseSessionOptions: release(100),

  CreateSessionFromArray: status<[env: Pointer, model: Memory, sizeBytes: number, options: Pointer, out: Out<Pointer>]>(
    8,
    'void *',
    'void *',
    'size_t',
    'void *',
    '_Out_ void **',
  ),
  SessionEndProfiling: status<[session: Pointer, allocator: Pointer, file: Out<Pointer>]>(
    110,
    'void *',
    'void *',
    '_Out_ void **',
  ),
  ReleaseSession: release(95),

  SessionGetInputCount: status<[session: Pointer, count: Out<number>]>(30, 'void *', '_Out_ size_t *'),
  SessionGetOutputCount: status<[session: Pointer, count: Out<number>]>(31, 'void *', '_Out_ size_t *'),
  SessionGetInputName: status<[session: Pointer, index: number, allocator: Pointer, name: Out<Pointer>]>(
    36,
    'void *',
    'size_t',
    'void *',
    '_Out_ void **',
  ),
  SessionGetOutputName: status<[session: Pointer, index: number, allocator: Pointer, name: Out<Pointer>]>(
    37,
    'void *',
    'size_t',
    'void *',
    '_Out_ void **',
  ),
  SessionGetInputTypeInfo: status<[session: Pointer, index: number, info: Out<Pointer>]>(
    33,
    'void *',
    'size_t',
    '_Out_ void **',
  ),
  SessionGetOutputTypeInfo: status<[session: Pointer, index: number, info: Out<Pointer>]>(
    34,
    'void *',
    'size_t',
    '_Out_ void **',
  ),
  CastTypeInfoToTensorInfo: status<[info: Pointer, tensor: Out<Pointer>]>(55, 'void *', '_Out_ void **'),
  GetTensorElementType: status<[tensor: Pointer, type: Out<number>]>(60, 'void *', '_Out_ int *'),
  GetDimensionsCount: status<[tensor: Pointer, count: Out<number>]>(61, 'void *', '_Out_ size_t *'),
  GetDimensions: status<[tensor: Pointer, dims: BigInt64Array, count: number]>(62, 'void *', 'int64_t *', 'size_t'),
  GetSymbolicDimensions: status<[tensor: Pointer, names: BigUint64Array, count: number]>(
    63,
    'void *',
    'void *',
    'size_t',
  ),
  ReleaseTypeInfo: release(98),
  SessionGetMemoryInfoForInputs: status<[session: Pointer, infos: BigUint64Array, count: number]>(
    380,
    'void *',
    'void *',
    'size_t',
  ),

  CreateMemoryInfo: status<[name: string, allocatorType: number, id: number, memoryType: number, out: Out<Pointer>]>(
    68,
    'const char *',
    'int',
    'int',
    'int',
    '_Out_ void **',
  ),
  MemoryInfoGetName: status<[info: Pointer, name: Out<string>]>(71, 'void *', '_Out_ const char **'),
  GetAllocatorWithDefaultOptions: status<[out: Out<Pointer>]>(78, '_Out_ void **'),
  CreateAllocator: status<[session: Pointer, info: Pointer, out: Out<Pointer>]>(
    131,
    'void *',
    'void *',
    '_Out_ void **',
  ),
  ReleaseAllocator: release(132),
  ReleaseMemoryInfo: release(94),
  AllocatorFree: status<[allocator: Pointer, memory: Pointer]>(76, 'void *', 'void *'),

  CreateTensorAsOrtValue: status<
    [allocator: Pointer, dims: BigInt64Array, rank: number, type: number, out: Out<Pointer>]
  >(48, 'void *', 'int64_t *', 'size_t', 'int', '_Out_ void **'),
  CreateTensorWithDataAsOrtValue: status<
    [
      info: Pointer,
      data: Pointer,
      sizeBytes: number,
      dims: BigInt64Array,
      rank: number,
      type: number,
      out: Out<Pointer>,
    ]
  >(49, 'void *', 'void *', 'size_t', 'int64_t *', 'size_t', 'int', '_Out_ void **'),
  GetTensorMutableData: status<[value: Pointer, data: Out<Pointer>]>(51, 'void *', '_Out_ void **'),
  CopyTensors: status<[env: Pointer, from: Pointer[], to: Pointer[], stream: null, count: number]>(
    386,
    'void *',
    'void **',
    'void **',
    'void *',
    'size_t',
  ),
  ReleaseValue: release(96),

  CreateCustomOpDomain: status<[name: string, out: Out<Pointer>]>(26, 'const char *', '_Out_ void **'),
  CustomOpDomain_Add: status<[domain: Pointer, op: Pointer]>(27, 'void *', 'void *'),
  AddCustomOpDomain: status<[options: Pointer, domain: Pointer]>(28, 'void *', 'void *'),
  ReleaseCustomOpDomain: release(101),
  KernelContext_GetInput: status<[context: Pointer, index: number, out: Out<Pointer>]>(
    90,
    'void *',
    'size_t',
    '_Out_ void **',
  ),
  KernelContext_GetOutput: status<
    [context: Pointer, index: number, dims: BigInt64Array, rank: number, out: Out<Pointer>]
  >(91, 'void *', 'size_t', 'int64_t *', 'size_t', '_Out_ void **'),
  KernelContext_GetGPUComputeStream: status<[context: Pointer, out: Out<Pointer>]>(193, 'void *', '_Out_ void **'),
  GetTensorTypeAndShape: status<[value: Pointer, info: Out<Pointer>]>(65, 'void *', '_Out_ void **'),
  ReleaseTensorTypeAndShapeInfo: release(99),

  CreateRunOptions: status<[out: Out<Pointer>]>(39, '_Out_ void **'),
  RunOptionsSetTerminate: status<[options: Pointer]>(46, 'void *'),
  RunOptionsUnsetTerminate: status<[options: Pointer]>(47, 'void *'),
  AddRunConfigEntry: status<[options: Pointer, key: string, value: string]>(
    165,
    'void *',
    'const char *',
    'const char *',
  ),
  ReleaseRunOptions: release(97),

  CreateIoBinding: status<[session: Pointer, out: Out<Pointer>]>(134, 'void *', '_Out_ void **'),
  BindInput: status<[binding: Pointer, name: string, value: Pointer]>(136, 'void *', 'const char *', 'void *'),
  BindOutput: status<[binding: Pointer, name: string, value: Pointer]>(137, 'void *', 'const char *', 'void *'),
  RunWithBinding: status<[session: Pointer, options: Pointer | null, binding: Pointer]>(
    133,
    'void *',
    'void *',
    'void *',
  ),
  ReleaseIoBinding: release(135),

  GetNumHardwareDevices: status<[env: Pointer, count: Out<number>]>(397, 'void *', '_Out_ size_t *'),
  GetHardwareDevices: status<[env: Pointer, devices: BigUint64Array, count: number]>(398, 'void *', 'void *', 'size_t'),
  HardwareDevice_Type: plain<[Pointer], number>(307, 'int', 'void *'),
  HardwareDevice_VendorId: plain<[Pointer], number>(308, 'uint32_t', 'void *'),
  HardwareDevice_Vendor: plain<[Pointer], string | null>(309, 'const char *', 'void *'),
  HardwareDevice_Metadata: plain<[Pointer], Pointer>(311, 'void *', 'void *'),
  GetKeyValuePairs: plain<[pairs: Pointer, keys: Out<Pointer>, values: Out<Pointer>, count: Out<number>], void>(
    298,
    'void',
    'void *',
    '_Out_ void **',
    '_Out_ void **',
    '_Out_ size_t *',
  ),
  ReleaseKeyValuePairs: release(300),
} satisfies Record<string, Signature<never, unknown>>
