import koffi from 'koffi'
import { loadNative } from '../../runtime/native-library.ts'
import { findLibraries, hasPlatformPackage } from '../package.ts'
import type { GgufType } from '../../gguf/types/index.ts'

/** Tests against llama.cpp's libraries are left out only where there is no package of them for this platform. */
export const noPlatformPackage = !hasPlatformPackage()

/** llama.cpp's bytes for rows of numbers. */
export function quantizedByGgml({ id, blockSize, blockBytes }: GgufType, x: Float32Array, rowLength: number): Buffer {
  const out = Buffer.alloc((x.length / blockSize) * blockBytes)
  loadNative(findLibraries().base).func('ggml_quantize_chunk', 'size_t', [
    'int',
    'void *',
    'void *',
    'int64_t',
    'int64_t',
    'int64_t',
    'void *',
  ])(id, x, out, 0, x.length / rowLength, rowLength, null)
  return out
}

/** The functions whose names do not follow from a type's. */
const UNQUANTIZED: Readonly<Record<string, string>> = { F16: 'ggml_fp16_to_fp32_row', BF16: 'ggml_bf16_to_fp32_row' }

/** What llama.cpp makes of a type's bytes. */
export function dequantizedByGgml({ name, blockSize, blockBytes }: GgufType, bytes: Uint8Array): Float32Array {
  const out = new Float32Array((bytes.length / blockBytes) * blockSize)
  // The K of Q4_K is a capital there, all else is small.
  const called = UNQUANTIZED[name] ?? `dequantize_row_${name.toLowerCase().replace('_k', '_K')}`
  loadNative(findLibraries().base).func(called, 'void', ['void *', 'void *', 'int64_t'])(bytes, out, out.length)
  return out
}

const QuantizeParams = koffi.struct({
  threads: 'int32_t',
  fileType: 'int',
  outputType: 'int',
  embeddingType: 'int',
  flags: koffi.array('bool', 6),
  imatrix: 'void *',
  overrides: 'void *',
  typeOverrides: 'void *',
  prunedLayers: 'void *',
  maxBuffer: 'size_t',
})

/** Quantizes a whole file as llama-quantize does. */
export function quantizeFile(from: string, to: string, fileType: number): void {
  const llama = loadNative(findLibraries().llama)
  const defaults = llama.func('llama_model_quantize_default_params', QuantizeParams, [])() as object
  const params = { ...defaults, threads: 1, fileType }
  const code = llama.func('llama_model_quantize', 'uint32_t', ['str', 'str', koffi.pointer(QuantizeParams)])(
    from,
    to,
    params,
  ) as number
  if (code !== 0) throw new Error(`llama_model_quantize: ${code}`)
}
