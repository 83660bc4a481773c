import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import koffi from 'koffi'
import { UserError } from '../contract/errors.ts'
import { loadNative, reserveStacks } from './native-library.ts'
import { OrtError } from './ort-error.ts'
import { signatures, type Out, type Pointer, type Signature } from './signatures.ts'

export type { Out, Pointer }

/** A call that blocks; `async` runs it on another thread and keeps `alive` from being collected until it has ended. */
export interface Call<Args extends readonly unknown[], Result> {
  (...args: Args): Result
  async(alive: unknown, ...args: Args): Promise<Result>
  readonly address: Pointer
  /** For whoever calls `address` itself: throws OrtError unless the OrtStatus is OK, and frees it. */
  check(status: Pointer | null): void
}

type CallOf<S> = S extends Signature<infer Args, infer Result> ? Call<Args, Result> : never
export type Api = { readonly [Name in keyof typeof signatures]: CallOf<(typeof signatures)[Name]> }

/** Version of the OrtApi table that we ask for: ONNX Runtime 1.29. */
const apiVersion = 29
/**
 * Loads the library and returns its functions. Throws UserError 'runtime/library-unloadable' where the system cannot
 * load it (a damaged file, another processor) or it is older than ONNX Runtime 1.29.
 */
export function loadApi(file: string): Api {
  const refusal = reserveStacks()
  if (refusal) throw new UserError('runtime/library-unloadable', { file: 'koffi', reason: messageOf(refusal) })
  const table = loadTable(file)
  const getCode = bind(table[signatures.GetErrorCode.place]!, signatures.GetErrorCode)
  const getMessage = bind(table[signatures.GetErrorMessage.place]!, signatures.GetErrorMessage)
  const releaseStatus = bind(table[signatures.ReleaseStatus.place]!, signatures.ReleaseStatus)

  const checkOf =
    (name: string): Check =>
    (status) => {
      if (status === null) return
      const error = new OrtError(name, getCode(status) as number, getMessage(status) as string)
      releaseStatus(status)
      throw error
    }

  const calls = Object.entries(signatures).map(([name, signature]) => {
    const address = table[signature.place]!
    const native = bind(address, signature)
    const check: Check = signature.result === null ? checkOf(name) : () => {}
    const call = signature.result === null ? statusCall(native, check) : plainCall(native)
    return [name, Object.assign(call, { address, check })] as const
  })
  return Object.fromEntries(calls) as unknown as Api
}

type Check = (status: Pointer | null) => void
type Native = ReturnType<typeof koffi.load>['func'] extends (definition: string) => infer F ? F : never

function loadTable(file: string): Pointer[] {
  try {
    loadNeighbours(dirname(file))
    const getBase = loadNative(file).func('OrtGetApiBase', 'void *', [])
    const [getApiPointer] = koffi.decode(getBase(), 'void *', 1) as Pointer[]
    const api = koffi.decode(getApiPointer, koffi.proto('void *', ['uint32_t']))(apiVersion) as Pointer | null
    if (api === null) throw new Error(`older than API version ${apiVersion}`)
    return koffi.decode(api, 'void *', Math.max(...Object.values(signatures).map(({ place }) => place)) + 1)
  } catch (error) {
    throw new UserError('runtime/library-unloadable', { file, reason: messageOf(error) })
  }
}

/**
 * Windows looks for these by name only once ONNX Runtime first needs them: load the ones it was built with, not the
 * system's.
 */
function loadNeighbours(folder: string): void {
  if (process.platform !== 'win32') return
  for (const name of ['DirectML.dll', 'dxil.dll', 'dxcompiler.dll']) {
    if (existsSync(join(folder, name))) loadNative(join(folder, name))
  }
}

function bind(
  pointer: Pointer,
  signature: { readonly result: string | null; readonly parameters: readonly string[] },
): Native {
  const parameters = signature.parameters.map((type) =>
    type.startsWith('_Out_ ') ? koffi.out(type.slice('_Out_ '.length)) : type,
  )
  return koffi.decode(pointer, koffi.proto(signature.result ?? 'void *', parameters as string[])) as Native
}

type Callable<R> = ((...args: unknown[]) => R) & { async(alive: unknown, ...args: unknown[]): Promise<R> }

function statusCall(native: Native, check: Check): Callable<void> {
  const call = (...args: unknown[]): void => check(native(...args) as Pointer | null)
  const async = (alive: unknown, ...args: unknown[]) =>
    new Promise<void>((resolve, reject) => {
      native.async(...args, (error: unknown, status: Pointer | null) => {
        keepAlive(alive, args)
        if (error) return reject(error)
        try {
          resolve(check(status))
        } catch (refused) {
          reject(refused)
        }
      })
    })
  return Object.assign(call, { async })
}

function plainCall(native: Native): Callable<unknown> {
  const async = (alive: unknown, ...args: unknown[]) =>
    new Promise((resolve, reject) => {
      native.async(...args, (error: unknown, result: unknown) => {
        keepAlive(alive, args)
        if (error) reject(error)
        else resolve(result)
      })
    })
  return Object.assign((...args: unknown[]): unknown => native(...args), { async })
}

/** Being named in a callback keeps its arguments from the garbage collector until then. */
function keepAlive(..._values: unknown[]): void {}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** Calls `fill` with a place for one output and returns what was written there. */
export function output<T>(fill: (out: Out<T>) => void): T {
  const out: Out<T> = [null]
  fill(out)
  return out[0] as T
}

/** The UTF-8 string at an address. */
export const stringAt = (pointer: Pointer): string => koffi.decode.string(pointer)
/** `count` addresses that lie one after the other. */
export const pointersAt = (pointer: Pointer, count: number): Pointer[] => koffi.decode(pointer, 'void *', count)
/** The address of a buffer's memory. The caller keeps the buffer. */
export const addressOf = (buffer: ArrayBuffer): Pointer => BigInt(koffi.address(buffer))
