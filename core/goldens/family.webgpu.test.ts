import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { checkFamily } from './family.ts'

const runtime = openRuntimeWithSoftwareGpu()

// Learnt and rotary positions, both norms, windows, caps and short convolutions; a GPU made of software takes a quarter
// of a minute for each.
describe.runIf(runtime)('families on WebGPU against transformers and peft', () => {
  it.each(['gpt2_erf', 'gpt_neox_serial', 'gemma2', 'qwen3', 'lfm2'])('%s', { timeout: 600_000 }, async (name) => {
    const checks = await checkFamily(
      join(import.meta.dirname, '..', 'models', 'fixtures', name),
      runtime!.device('webgpu'),
    )
    expect(checks.filter(({ worst, limit }) => !(worst <= limit))).toEqual([])
  })
})
