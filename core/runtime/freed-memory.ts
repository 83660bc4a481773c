import { loadNative } from './native-library.ts'

/** glibc's malloc_trim on another thread; null on systems with another allocator. */
let trim: (() => Promise<void>) | null | undefined

/**
 * Gives memory that was freed back to the system. glibc keeps what was freed below the highest block in use, in an
 * arena for every few of ONNX Runtime's and libuv's threads: after some trainings ten times what is in use. Does
 * nothing where the allocator is another.
 */
export async function trimHeap(): Promise<void> {
  await (trim ??= findTrim())?.()
}

function findTrim(): (() => Promise<void>) | null {
  if (process.platform !== 'linux') return null
  try {
    const call = loadNative('libc.so.6').func('malloc_trim', 'int', ['size_t'])
    return () => new Promise((resolve) => call.async(0, () => resolve()))
  } catch {
    // Another libc, such as musl.
    return null
  }
}
