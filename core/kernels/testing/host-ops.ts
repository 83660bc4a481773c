import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import koffi from 'koffi'
import { prelude, type Kernel } from '../../graph/kernels/index.ts'
import { tensorCores } from '../../graph/kernels/tensor-cores.ts'
import type { CustomOp } from '../../runtime/custom-ops.ts'
import { callOf } from '../cuda-ops.ts'
import { hostBlocks } from './host-blocks.ts'

/** Kernels run on the processor, one thread to a block, so that what they compute can be tested without a GPU. */
const host = `
#include <cmath>
#include <cstring>
#include <ucontext.h>
#include <vector>
#define __device__
#define __global__
#define __forceinline__ inline
#define __shared__ static
#define __launch_bounds__(threads)
struct Place { int x, y, z; };
static Place blockIdx, threadIdx, blockDim, gridDim;
static inline float __uint_as_float(unsigned x) { float y; memcpy(&y, &x, 4); return y; }
static inline unsigned __float_as_uint(float x) { unsigned y; memcpy(&y, &x, 4); return y; }
#define __expf expf
#define __fdividef(x, y) ((x) / (y))
static inline float __int_as_float(int x) { return __uint_as_float((unsigned)x); }
`

/** One thread to a block. */
const alone = '#define __syncthreads()\n'
const waiting = '\n#undef __syncthreads\n'

const compiler = 'c++'

/** True where the machine has a C++ compiler that knows _Float16. */
export function hasHostCompiler(): boolean {
  try {
    execFileSync(compiler, ['-std=c++17', '-x', 'c++', '-fsyntax-only', '-'], {
      input: '_Float16 half;',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    return true
  } catch {
    return false
  }
}

/** The kernels as operators of the processor; their source is compiled into the folder. */
export function hostOps(kernels: readonly Kernel[], folder: string): CustomOp[] {
  const name = `kernels-${kernels
    .map((kernel) => kernel.name.slice(1, 5))
    .join('')
    .slice(0, 40)}-${kernels.length}`
  const [source, library] = [join(folder, `${name}.cpp`), join(folder, `${name}.so`)]
  const libraries = new Set(kernels.flatMap(({ library: text }) => text ?? []))
  const overRows = kernels.filter(({ launch }) => 'columns' in launch)
  const overBlocks = kernels.filter(({ launch }) => !('columns' in launch))
  // Kernels over rows come first: with one thread to a block they need not wait for each other.
  const rowText = `${host}${alone}${forHost(prelude)}${overRows.map((kernel) => kernel.source + rowRunnerOf(kernel)).join('\n')}`
  const blockText =
    overBlocks.length === 0
      ? ''
      : `${waiting}${hostBlocks}${[...libraries].map((text) => text.replace(tensorCores, '')).join('\n')}${overBlocks.map((kernel) => kernel.source.replace('extern __shared__ uint4 memory[];', '') + blockRunnerOf(kernel)).join('\n')}`
  writeFileSync(source, rowText + blockText)
  execFileSync(compiler, ['-std=c++17', '-fno-strict-aliasing', '-w', '-shared', '-fPIC', '-o', library, source])
  const loaded = koffi.load(library)
  return kernels.map((kernel) => {
    const ints =
      'columns' in kernel.launch ? kernel.launch.rows.length + 2 + kernel.sizes.length : kernel.sizes.length + 3
    const run = loaded.func(`run_${kernel.name}`, 'void', [
      ...Array<string>(kernel.inputs.length + kernel.outputs.length).fill('void *'),
      ...Array<string>(ints).fill('int'),
    ])
    return {
      name: kernel.name,
      inputs: kernel.inputs,
      outputs: kernel.outputs.map(({ dtype }) => dtype),
      compute(context) {
        const call = callOf(kernel, context)
        if (call)
          run(...call.pointers, ...call.sizes, ...('columns' in kernel.launch ? [] : [...call.blocks, call.threads[0]]))
      },
    }
  })
}

/**
 * float16 and bfloat16 without the GPU's instructions; weights in files, which need not lie as a GPU's memory does; and a block of
 * one thread has nothing to join.
 */
function forHost(text: string): string {
  return text
    .replace(/alignas\(.*\) Pack/, 'Pack')
    .replace(/asm\("cvt\.f32\.f16[^;]*;[^;]*;/, '_Float16 h; memcpy(&h, &x.bits, 2); y = (float)h;')
    .replace(/asm\("cvt\.rn\.f16\.f32[^;]*;[^;]*;/, '_Float16 h = (_Float16)x; memcpy(&y.bits, &h, 2);')
    .replace(/(float collect\(float x, float\* shared\)) \{[\s\S]*?\n\}/, '$1 { return x; }')
}

const parametersOf = ({ name, source }: Kernel): string =>
  new RegExp(` ${name}\\((.*?)\\) \\{`).exec(source)?.[1] as string
const namesOf = (parameters: string): (string | undefined)[] =>
  parameters.split(', ').map((parameter) => parameter.split(' ').at(-1))

function rowRunnerOf(kernel: Kernel): string {
  const parameters = parametersOf(kernel)
  return `extern "C" void run_${kernel.name}(${parameters}) {
  blockDim = {1, 1, 1}; gridDim = {rows, 1, 1}; threadIdx = {0, 0, 0}; blockIdx = {0, 0, 0};
  for (blockIdx.x = 0; blockIdx.x < rows; blockIdx.x++) ${kernel.name}(${namesOf(parameters).join(', ')});
}`
}

/** Fibers are started without arguments: those of the call lie where they find them. */
function blockRunnerOf(kernel: Kernel): string {
  const parameters = parametersOf(kernel).replaceAll('__restrict__ ', '')
  const names = namesOf(parameters)
  const own = (name: string | undefined) => `${kernel.name}_${name}`
  return `${parameters
    .split(', ')
    .map((parameter, index) => `static ${parameter.replace(/\w+$/, own(names[index]))};`)
    .join('\n')}
static void begin_${kernel.name}() { ${kernel.name}(${names.map(own).join(', ')}); }
extern "C" void run_${kernel.name}(${parameters}, int x, int y, int threads) {
  ${names.map((name) => `${own(name)} = ${name};`).join(' ')}
  runBlocks(x, y, threads, begin_${kernel.name});
}`
}
