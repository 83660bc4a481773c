import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { prelude, type Kernel } from '../../graph/kernels/index.ts'
import type { CustomOp } from '../../runtime/custom-ops.ts'
import { callOf } from '../cuda-ops.ts'

/** Kernels run on the processor, one thread to a block, so that what they compute can be tested without a GPU. */
const host = `
#include <cmath>
#include <cstring>
#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __syncthreads()
struct Place { int x, y, z; };
static Place blockIdx, threadIdx, blockDim, gridDim;
static inline float __uint_as_float(unsigned x) { float y; memcpy(&y, &x, 4); return y; }
static inline unsigned __float_as_uint(float x) { unsigned y; memcpy(&y, &x, 4); return y; }
#define __expf expf
static inline float __int_as_float(int x) { return __uint_as_float((unsigned)x); }
`

const compiler = 'c++'

/** True where the machine has a C++ compiler that knows halves. */
export function hasHostCompiler(): boolean {
  try {
    execFileSync(compiler, ['-std=c++17', '-x', 'c++', '-fsyntax-only', '-'], { input: '_Float16 half;', stdio: ['pipe', 'ignore', 'ignore'] })
    return true
  } catch {
    return false
  }
}

/** The kernels as operators of the processor; their source is compiled into the folder. */
export function hostOps(kernels: readonly Kernel[], folder: string): CustomOp[] {
  const runners = kernels.map((kernel) => runnerOf(kernel))
  const name = `kernels-${kernels.map((kernel) => kernel.name.slice(1, 5)).join('').slice(0, 40)}-${kernels.length}`
  const [source, library] = [join(folder, `${name}.cpp`), join(folder, `${name}.so`)]
  writeFileSync(source, `${host}${forHost(prelude)}${kernels.map((kernel) => kernel.source).join('\n')}\n${runners.join('\n')}`)
  execFileSync(compiler, ['-std=c++17', '-O1', '-fno-strict-aliasing', '-w', '-shared', '-fPIC', '-o', library, source])
  const loaded = koffi.load(library)
  return kernels.map((kernel) => {
    const pointers = kernel.inputs.length + kernel.outputs.length
    const run = loaded.func(`run_${kernel.name}`, 'void', [...Array<string>(pointers).fill('void *'), ...Array<string>(kernel.rows.length + 2 + kernel.sizes.length).fill('int')])
    return {
      name: kernel.name, inputs: kernel.inputs, outputs: kernel.outputs.map(({ dtype }) => dtype),
      compute(context) {
        const call = callOf(kernel, context)
        if (call) run(...call.pointers, ...call.sizes)
      },
    }
  })
}

/** Halves without the GPU's instructions, and a block of one thread has nothing to join. */
function forHost(text: string): string {
  return text
    .replace(/asm\("cvt\.f32\.f16[^;]*;[^;]*;/, '_Float16 h; memcpy(&h, &x.bits, 2); y = (float)h;')
    .replace(/asm\("cvt\.rn\.f16\.f32[^;]*;[^;]*;/, '_Float16 h = (_Float16)x; memcpy(&y.bits, &h, 2);')
    .replace(/(float collect\(float x, float\* shared\)) \{[\s\S]*?\n\}/, '$1 { return x; }')
}

function runnerOf({ name, source }: Kernel): string {
  const parameters = new RegExp(`void ${name}\\((.*?)\\) \\{`).exec(source)?.[1] as string
  const names = parameters.split(', ').map((parameter) => parameter.split(' ').at(-1))
  return `extern "C" void run_${name}(${parameters}) {
  blockDim = {1, 1, 1}; gridDim = {rows, 1, 1}; threadIdx = {0, 0, 0}; blockIdx = {0, 0, 0};
  for (blockIdx.x = 0; blockIdx.x < rows; blockIdx.x++) ${name}(${names.join(', ')});
}`
}
