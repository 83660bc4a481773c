import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRuntimeWithSoftwareGpu } from '../runtime/software-gpu.ts'
import { checkFamily } from './family.ts'

const runtime = openRuntimeWithSoftwareGpu()

// Learnt and rotary positions, both norms, windows, caps and short convolutions. A GPU made of software takes seconds
// for each training. An optimizer is the same program over p for every family: one family has them all.
const trainings: Readonly<Record<string, readonly string[]>> = {
  gpt2_erf: ['adamw_cosine'],
  gpt_neox_serial: ['adamw_cosine', 'adam', 'sgd_nesterov', 'rmsprop', 'adadelta'],
  gemma2: ['adamw_cosine'],
  qwen3: ['adamw_cosine'],
  lfm2: ['adamw_cosine'],
}

describe.runIf(runtime)('families on WebGPU against transformers and peft', () => {
  it.each(Object.entries(trainings))('%s', { timeout: 600_000 }, async (name, names) => {
    const checks = await checkFamily(
      join(import.meta.dirname, '..', 'models', 'fixtures', name),
      runtime!.device('webgpu'),
      { trainings: names },
    )
    expect(checks.filter(({ worst, limit }) => !(worst <= limit))).toEqual([])
    expect(names.filter((training) => !checks.some((check) => check.name === `${training} losses`))).toEqual([])
  })
})
