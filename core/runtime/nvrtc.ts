import { basename } from 'node:path'
import koffi from 'koffi'
import { UserError } from '../contract/errors.ts'
import type { Pointer } from './api.ts'
import { loadNative } from './native-library.ts'
import { loadPackNow, packLibraries } from './pack-libraries.ts'

/** NVIDIA's run-time compiler, the newest first; it belongs to the CUDA libraries that the provider needs anyway. */
const files =
  process.platform === 'win32'
    ? ['nvrtc64_130_0.dll', 'nvrtc64_120_0.dll']
    : ['libnvrtc.so.13', 'libnvrtc.so.12', 'libnvrtc.so']

/** https://docs.nvidia.com/cuda/nvrtc/ */
export interface Nvrtc {
  readonly file: string
  /**
   * CUDA C++ to the machine code of an architecture such as `sm_90`, on another thread. Rejects with the compiler's
   * words.
   */
  compile(source: string, architecture: string): Promise<Uint8Array>
}

/** Of the GPU pack; none where that is not what was brought. */
function packed(): string[] {
  try {
    if (packLibraries().length === 0) loadPackNow()
  } catch {
    return []
  }
  return packLibraries().filter((file) => /^(lib)?nvrtc(64|\.)/.test(basename(file)))
}

let found: Nvrtc | null | undefined

/** The compiler, or null where it is not installed. */
export function findNvrtc(): Nvrtc | null {
  if (found === undefined) found = [...packed(), ...files].map(open).find((nvrtc) => nvrtc !== null) ?? null
  return found
}

function open(file: string): Nvrtc | null {
  try {
    const library = loadNative(file)
    const create = library.func('nvrtcCreateProgram', 'int', [
      koffi.out('void **'),
      'const char *',
      'const char *',
      'int',
      'void *',
      'void *',
    ])
    const compile = library.func('nvrtcCompileProgram', 'int', ['void *', 'int', 'const char **'])
    const sizeOf = (name: string) => library.func(name, 'int', ['void *', koffi.out('size_t *')])
    const bytesOf = (name: string) => library.func(name, 'int', ['void *', 'void *'])
    const [logSize, log, codeSize, code] = [
      sizeOf('nvrtcGetProgramLogSize'),
      bytesOf('nvrtcGetProgramLog'),
      sizeOf('nvrtcGetCUBINSize'),
      bytesOf('nvrtcGetCUBIN'),
    ]
    const destroy = library.func('nvrtcDestroyProgram', 'int', [koffi.inout('void **')])
    const take = (program: Pointer, size: typeof logSize, bytes: typeof log): Uint8Array => {
      const count: [number] = [0]
      size(program, count)
      const taken = new Uint8Array(Number(count[0]))
      bytes(program, taken)
      return taken
    }
    return {
      file,
      async compile(source, architecture) {
        const program: [Pointer | null] = [null]
        if (create(program, source, 'kernels.cu', 0, null, null) !== 0)
          throw new UserError('runtime/kernels-failed', { reason: 'nvrtcCreateProgram' })
        try {
          const options = [`--gpu-architecture=${architecture}`, '--std=c++17']
          const result = await new Promise<number>((resolve, reject) => {
            compile.async(program[0], options.length, options, (error: unknown, value: number) =>
              error ? reject(error) : resolve(value),
            )
          })
          if (result !== 0)
            throw new UserError('runtime/kernels-failed', {
              reason: Buffer.from(take(program[0] as Pointer, logSize, log))
                .toString('utf8')
                .slice(0, 2000),
            })
          return take(program[0] as Pointer, codeSize, code)
        } finally {
          destroy(program)
        }
      },
    }
  } catch {
    return null
  }
}
