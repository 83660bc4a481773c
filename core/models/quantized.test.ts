import { expect, it } from 'vitest'
import { architectureOf } from './family.ts'
import { refuseQuantizedTensors } from './quantized.ts'

const thrown = (call: () => unknown): unknown => {
  try {
    call()
    return null
  } catch (error) {
    return (error as { error?: unknown }).error ?? error
  }
}
const quantized = (method: string) => ({ code: 'model/quantized', facts: { method } })

it.each([
  [{ quantization_config: { quant_method: 'gptq', bits: 4 } }, 'GPTQ'],
  [{ quantization_config: { quant_method: 'awq' } }, 'AWQ'],
  [{ quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true } }, 'bitsandbytes'],
  [{ quantization_config: { load_in_8bit: true } }, 'bitsandbytes'],
  [{ quantization_config: { quant_method: 'fp8' } }, 'FP8'],
  [{ quantization_config: { quant_method: 'compressed-tensors' } }, 'compressed-tensors'],
  [{ quantization_config: { quant_method: 'novel' } }, 'novel'],
  [{ compression_config: { format: 'x' } }, 'compressed-tensors'],
  [{ quantization: { group_size: 64, bits: 4 }, quantization_config: { group_size: 64 } }, 'MLX'],
  [{ model_type: 'gemma3', text_config: { quantization_config: { quant_method: 'awq' } } }, 'AWQ'],
])('config.json %o names the method', (config, method) => {
  expect(thrown(() => architectureOf({ model_type: 'llama', ...config }))).toEqual(quantized(method))
})

it.each([
  ['int32', ['q_proj.qweight', 'q_proj.qzeros', 'q_proj.g_idx'], 'GPTQ'],
  ['int32', ['q_proj.qweight', 'q_proj.qzeros', 'q_proj.scales'], 'AWQ'],
  ['uint8', ['q_proj.weight', 'q_proj.weight.absmax'], 'bitsandbytes'],
  ['int8', ['q_proj.weight', 'q_proj.SCB'], 'bitsandbytes'],
  ['uint32', ['q_proj.weight', 'q_proj.scales', 'q_proj.biases'], 'MLX'],
  ['float8_e4m3', ['q_proj.weight', 'q_proj.weight_scale'], 'FP8'],
  ['float8_e4m3', ['q_proj.weight'], 'FP8'],
  ['int32', ['q_proj.weight_packed', 'q_proj.weight_scale'], 'compressed-tensors'],
  ['int8', ['q_proj.weight'], 'int8'],
])('tensors of %s named %j are known', (dtype, names, method) => {
  expect(thrown(() => refuseQuantizedTensors(new Map(names.map((name) => [name, { dtype }]))))).toEqual(
    quantized(method),
  )
})

it('numbers that can be computed with are not refused', () => {
  const names = ['a.weight', 'a.bias', 'rotary_emb.inv_freq']
  for (const dtype of ['float64', 'float32', 'float16', 'bfloat16'])
    expect(thrown(() => refuseQuantizedTensors(new Map(names.map((name) => [name, { dtype }]))))).toBeNull()
})
