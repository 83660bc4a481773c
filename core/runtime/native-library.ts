import koffi from 'koffi'

type Library = ReturnType<typeof koffi.load>

const loaded = new Map<string, Library>()

/**
 * Loads a native library, once, for the rest of the process's life: koffi would unload it when its handle is garbage, under the feet of
 * the function addresses that were taken from it. Throws where the system cannot load it.
 */
export function loadNative(file: string, options: { readonly global?: boolean } = {}): Library {
  const library = loaded.get(file) ?? koffi.load(file, options)
  loaded.set(file, library)
  return library
}
