import koffi from 'koffi'
import { UserError } from '../contract/errors.ts'
import type { Quantizer } from '../gguf/model.ts'
import { bytesOf, ggufTypes } from '../gguf/types/index.ts'
import { defaultThreadCount } from '../processes/threads.ts'
import { loadNative } from '../runtime/native-library.ts'
import { findLibraries } from './package.ts'

/** What Node's pool runs at once, unless it is told otherwise. */
const MAX_THREADS = 4

type QuantizeChunk = ReturnType<ReturnType<typeof koffi.load>['func']>

/**
 * llama.cpp's own quantization, on other threads: of ggml-base only, whose arithmetic on finite numbers ends no process.
 * Throws UserError 'llama-cpp/missing' or 'llama-cpp/unloadable' {file}.
 */
export function openQuantizer(): Quantizer {
  const { base } = findLibraries()
  const quantizeChunk = functionOf(base)
  const threads = Math.min(MAX_THREADS, defaultThreadCount())
  return {
    async quantize(type, numbers, rowLength) {
      const form = ggufTypes[type]
      const rows = numbers.length / rowLength
      const out = new Uint8Array(bytesOf(form, numbers.length))
      const share = Math.ceil(rows / threads)
      const starts = Array.from({ length: Math.ceil(rows / share) }, (_, index) => index * share)
      await Promise.all(
        starts.map((first) =>
          called(quantizeChunk, [
            form.id,
            numbers,
            out,
            first * rowLength,
            Math.min(share, rows - first),
            rowLength,
            null,
          ]),
        ),
      )
      return out
    },
  }
}

function functionOf(file: string): QuantizeChunk {
  try {
    return loadNative(file).func('ggml_quantize_chunk', 'size_t', [
      'int',
      'void *',
      'void *',
      'int64_t',
      'int64_t',
      'int64_t',
      'void *',
    ])
  } catch {
    throw new UserError('llama-cpp/unloadable', { file })
  }
}

const called = (native: QuantizeChunk, args: readonly unknown[]): Promise<void> =>
  new Promise((resolve, reject) => {
    native.async(...args, (error: unknown) =>
      error ? reject(error instanceof Error ? error : new Error(String(error))) : resolve(),
    )
  })
