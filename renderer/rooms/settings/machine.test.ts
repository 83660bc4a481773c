import { describe, expect, it } from 'vitest'
import type { DeviceInfo } from '../../../core/contract/index.ts'
import { fasterDevice } from './machine.ts'

const cuda: DeviceInfo = {
  kind: 'cuda',
  name: 'NVIDIA GeForce RTX 4060 Ti',
  available: false,
  reason: 'provider-missing',
}
const webgpu: DeviceInfo = { kind: 'webgpu', name: 'NVIDIA GeForce RTX 4060 Ti', available: true }
const cpu: DeviceInfo = { kind: 'cpu', name: 'CPU', available: true }

describe('fasterDevice', () => {
  it('is the one before the one in use that lacks something', () => {
    expect(fasterDevice({ devices: [cuda, webgpu, cpu], recommended: { kind: 'webgpu', reason: 'fastest-gpu' } })).toBe(
      cuda,
    )
  })

  it('is none where the best is in use, where there is no GPU, or where nothing can be done', () => {
    expect(
      fasterDevice({
        devices: [{ ...cuda, available: true, reason: 'gpu-busy' }, webgpu, cpu],
        recommended: { kind: 'cuda', reason: 'fastest-gpu' },
      }),
    ).toBeNull()
    expect(
      fasterDevice({
        devices: [{ ...cuda, reason: 'no-adapter' }, { ...webgpu, reason: 'software-adapter' }, cpu],
        recommended: { kind: 'cpu', reason: 'no-gpu' },
      }),
    ).toBeNull()
  })
})
