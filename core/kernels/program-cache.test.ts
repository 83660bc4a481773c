import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { loadProgram } from './program-cache.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'terakoya-cache-'))
  vi.stubEnv('TERAKOYA_HOME', home)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

const kernels = () => join(home, 'cache', 'kernels')
const program = { source: 'extern "C" __global__ void f() {}', architecture: 'sm_90', compiler: 'libnvrtc.so.13' }
const code = Uint8Array.of(1, 2, 3)
/** Takes what the compiler of these tests gives and nothing else, as a driver refuses what is no machine code. */
const load = (bytes: Uint8Array): string => {
  if (!Buffer.from(bytes).equals(Buffer.from(code))) throw new Error('not a module')
  return [...bytes].join()
}

it('compiles a program once for every architecture and compiler', async () => {
  const compile = vi.fn(async () => code)
  for (const wanted of [program, program, { ...program, architecture: 'sm_80' }, program])
    expect(await loadProgram(wanted, compile, load)).toBe('1,2,3')
  expect(compile).toHaveBeenCalledTimes(2)
})

it('compiles again what cannot be loaded', async () => {
  const compile = vi.fn(async () => code)
  await loadProgram(program, compile, load)
  const [file] = await readdir(kernels())
  await writeFile(join(kernels(), file!), 'half of a fi')
  expect(await loadProgram(program, compile, load)).toBe('1,2,3')
  expect(await loadProgram(program, compile, load)).toBe('1,2,3')
  expect(compile).toHaveBeenCalledTimes(2)
})

it('keeps the last used ones', async () => {
  for (let index = 0; index < 165; index++)
    await loadProgram({ ...program, source: String(index) }, async () => code, load)
  expect(await readdir(kernels())).toHaveLength(160)
})

it('works where nothing can be kept', async () => {
  await writeFile(join(home, 'cache'), 'a file in the place of the folder')
  expect(await loadProgram(program, async () => code, load)).toBe('1,2,3')
})
