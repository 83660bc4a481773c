import type { DeviceInfo, DeviceKind } from '../contract/index.ts'
import { loadApi, output, type Api, type Pointer } from './api.ts'
import { Device } from './device.ts'
import { detectDevices } from './devices.ts'
import { trimHeap } from './freed-memory.ts'
import { LeakCounter, type LiveCounts } from './leaks.ts'
import { findLibrary } from './library.ts'

/** OrtLoggingLevel: only what ends the process goes to stderr; refusals are thrown with their text. */
const logFatal = 4

/** ONNX Runtime in this process. */
export class Runtime {
  /** The file of the library in use. */
  readonly libraryFile: string
  readonly #api: Api
  readonly #env: Pointer
  readonly #leaks = new LeakCounter()
  readonly #devices = new Map<DeviceKind, Device>()
  #detected: Promise<DeviceInfo[]> | null = null

  constructor(libraryFile: string) {
    this.libraryFile = libraryFile
    this.#api = loadApi(libraryFile)
    this.#env = output<Pointer>((out) => this.#api.CreateEnv(logFatal, 'terakoya', out))
  }

  /** The device of this kind, the same object each time; nothing is opened yet. */
  device(kind: DeviceKind): Device {
    const device = this.#devices.get(kind) ?? new Device({ api: this.#api, env: this.#env, leaks: this.#leaks }, kind)
    this.#devices.set(kind, device)
    return device
  }

  /**
   * The devices that this platform can have, best first, each usable or with the reason why not. Looked up once a
   * process, in well under a second and without blocking; never rejects because of a missing driver.
   */
  devices(): Promise<DeviceInfo[]> {
    this.#detected ??= detectDevices({ api: this.#api, env: this.#env, libraryFile: this.libraryFile })
    return this.#detected
  }

  /** Sessions, tensors and bindings that were made and not disposed of. */
  live(): LiveCounts {
    return this.#leaks.counts()
  }
}

let opened: Runtime | null = null

/**
 * The process's one runtime: loads ONNX Runtime on the first call. Throws UserError 'runtime/library-missing' or
 * 'runtime/library-unloadable'.
 */
export function openRuntime(): Runtime {
  opened ??= new Runtime(findLibrary())
  return opened
}

/**
 * Gives memory that sessions have freed back to the system. Without a runtime it does nothing: koffi takes no settings
 * any more once it has loaded a library.
 */
export const giveBackFreedMemory = async (): Promise<void> => {
  if (opened) await trimHeap()
}
