import { cpus } from 'node:os'
import { describe, expect, it } from 'vitest'
import { cudaReason, recommendDevice } from './devices.ts'
import { openRuntime } from './runtime.ts'
import { countCores } from '../processes/threads.ts'

describe('devices', () => {
  it('always have the processor, and a reason for each that cannot be used', async () => {
    const devices = await openRuntime().devices()
    expect(devices.at(-1)).toMatchObject({ kind: 'cpu', name: cpus()[0]!.model.trim(), available: true })
    for (const device of devices) expect(device.available || device.reason !== undefined).toBe(true)
  })

  it('refuse a session with the reason where there is no such device', async () => {
    const kind = process.platform === 'darwin' ? 'directml' : 'coreml'
    await expect(openRuntime().device(kind).createSession(Uint8Array.of(0))).rejects.toMatchObject({
      error: { code: 'device/unavailable', facts: { device: kind } },
    })
  })

  it('are recommended by speed, and by what works', () => {
    const cpu = { kind: 'cpu', name: 'processor', available: true } as const
    const cuda = { kind: 'cuda', name: 'GPU', available: true } as const
    const webgpu = { kind: 'webgpu', name: 'GPU', available: true } as const
    expect(recommendDevice([cuda, webgpu, cpu])).toEqual({ kind: 'cuda', reason: 'fastest-gpu' })
    expect(recommendDevice([{ ...cuda, available: false, reason: 'provider-missing' }, webgpu, cpu])).toEqual({
      kind: 'webgpu',
      reason: 'fastest-gpu',
    })
    expect(recommendDevice([{ ...cuda, available: false, reason: 'driver-missing' }, cpu])).toEqual({
      kind: 'cpu',
      reason: 'gpu-unusable',
    })
    expect(recommendDevice([{ ...cuda, reason: 'compiler-missing' }, webgpu, cpu]).kind).toBe('cuda')
    expect(
      recommendDevice([
        { ...cuda, available: false, reason: 'no-adapter' },
        { ...webgpu, reason: 'software-adapter' },
        cpu,
      ]),
    ).toEqual({ kind: 'cpu', reason: 'no-gpu' })
  })

  it('say what CUDA lacks: driver, provider, libraries, compiler, free memory', async () => {
    const driver = { cudaVersion: 13_000, gpus: [{ name: 'GPU', memoryBytes: 8e9, freeMemoryBytes: 7e9 }] }
    const all = { isPackTrue: async () => true, hasProvider: true, loads: async () => true, hasCompiler: () => true }
    expect(await cudaReason(driver, all)).toBeNull()
    expect(await cudaReason({ ...driver, cudaVersion: 12_080 }, all)).toBe('driver-outdated')
    expect(await cudaReason(driver, { ...all, hasProvider: false })).toBe('provider-missing')
    expect(await cudaReason(driver, { ...all, isPackTrue: async () => false, hasProvider: false })).toBe('pack-changed')
    expect(await cudaReason(driver, { ...all, loads: async () => false })).toBe('library-missing')
    expect(await cudaReason(driver, { ...all, hasCompiler: () => false })).toBe('compiler-missing')
    expect(await cudaReason({ ...driver, gpus: [{ name: 'GPU', memoryBytes: 8e9, freeMemoryBytes: 1e9 }] }, all)).toBe(
      'gpu-busy',
    )
    const busy = { kind: 'cuda', name: 'GPU', available: true, reason: 'gpu-busy' } as const
    expect(recommendDevice([busy, { kind: 'cpu', name: 'processor', available: true }]).kind).toBe('cuda')
  })

  it('count physical cores, not threads', () => {
    const threads = [0, 1, 0, 1]
      .map((core, index) => `processor\t: ${index}\nphysical id\t: 0\ncore id\t\t: ${core}\n`)
      .join('\n')
    expect([countCores(threads), countCores('processor\t: 0\nFeatures\t: fp asimd\n')]).toEqual([2, null])
  })
})
