import koffi from 'koffi'

type Library = ReturnType<typeof koffi.load>

const loaded = new Map<string, Library>()
/** dlopen's RTLD_NOW. */
const resolveNow = 2

/** ONNX Runtime works on koffi's stacks: opening a session recurses deeply. Reserved, not used, memory. */
const STACK_BYTES = 8 * 1024 * 1024

/**
 * Gives koffi's calls their stacks. It takes them only before the first library of a process, whoever loads that: the
 * error where it was too late, else null.
 */
export function reserveStacks(): unknown {
  const current = koffi.config()
  if ((current.async_stack_size ?? 0) >= STACK_BYTES) return null
  try {
    koffi.config({ ...current, sync_stack_size: STACK_BYTES, async_stack_size: STACK_BYTES })
    return null
  } catch (error) {
    return error
  }
}

/**
 * Loads a native library, once, for the rest of the process's life. koffi alone would unload it when its handle is
 * garbage or JavaScript ends: under the feet of the function addresses that were taken from it, and of the threads that
 * GPU drivers leave running. Throws where the system cannot load it.
 */
export function loadNative(file: string, options: { readonly global?: boolean } = {}): Library {
  const known = loaded.get(file)
  if (known) return known
  reserveStacks()
  const library = koffi.load(file, options)
  pin(file)
  loaded.set(file, library)
  return library
}

/** Opens the library once more by the system's own call; nobody ever closes that. */
function pin(file: string): void {
  if (process.platform === 'win32') koffi.load('kernel32.dll').func('LoadLibraryW', 'void *', ['str16'])(file)
  else koffi.load(null).func('dlopen', 'void *', ['str', 'int'])(file, resolveNow)
}
