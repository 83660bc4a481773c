// Checkpoints whose weights are integers or 8-bit floating-point numbers already: they cannot be computed with.
import { UserError } from '../contract/errors.ts'
import { shown } from './config.ts'

/** How the makers of the methods write their names. */
const METHODS: Readonly<Record<string, string>> = {
  aqlm: 'AQLM',
  awq: 'AWQ',
  bitsandbytes: 'bitsandbytes',
  bitsandbytes_4bit: 'bitsandbytes',
  bitsandbytes_8bit: 'bitsandbytes',
  'compressed-tensors': 'compressed-tensors',
  eetq: 'EETQ',
  fbgemm_fp8: 'FP8',
  fp8: 'FP8',
  gptq: 'GPTQ',
  hqq: 'HQQ',
  mxfp4: 'MXFP4',
  quanto: 'Quanto',
  torchao: 'torchao',
}

const refuse = (method: string): never => {
  throw new UserError('model/quantized', { method })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** Refuses a model whose config.json says that it is quantized. Throws UserError `model/quantized` naming the method. */
export function refuseQuantized(config: Readonly<Record<string, unknown>>): void {
  const { quantization_config: written, compression_config: compressed, quantization: mlx, text_config: text } = config
  if (isRecord(mlx)) refuse('MLX')
  if (isRecord(written)) {
    const { quant_method: method, load_in_4bit: four, load_in_8bit: eight } = written
    if (typeof method === 'string') refuse(METHODS[method.toLowerCase()] ?? shown(method))
    refuse(four === true || eight === true ? 'bitsandbytes' : 'quantization_config')
  }
  if (isRecord(compressed)) refuse('compressed-tensors')
  if (isRecord(text)) refuseQuantized({ ...text, text_config: null })
}

interface StoredNumbers {
  readonly dtype: string
}

/** What of a method's tensors says that a weight is quantized, the more telling first. */
const SIGNS: readonly (readonly [sign: RegExp, method: string])[] = [
  [/\.g_idx$/, 'GPTQ'],
  [/\.weight\.(absmax|quant_map|quant_state\..*|nested_absmax)$|\.(SCB|weight_format)$/, 'bitsandbytes'],
  [/\.weight_packed$/, 'compressed-tensors'],
  [/\.qweight$/, 'AWQ'],
  [/\.biases$/, 'MLX'],
  [/\.(weight_scale|weight_scale_inv|input_scale)$/, 'FP8'],
]

/** Refuses a model whose tensors are quantized, whatever its config.json says. Throws UserError `model/quantized`. */
export function refuseQuantizedTensors(tensors: ReadonlyMap<string, StoredNumbers>): void {
  const names = [...tensors.keys()]
  for (const [sign, method] of SIGNS) if (names.some((name) => sign.test(name))) refuse(method)
  const odd = [...tensors].find(
    ([name, { dtype }]) => name.endsWith('.weight') && !dtype.startsWith('float') && dtype !== 'bfloat16',
  )
  if (odd) refuse(odd[1].dtype)
  const eight = [...tensors.values()].find(({ dtype }) => dtype.startsWith('float8'))
  if (eight) refuse('FP8')
}
