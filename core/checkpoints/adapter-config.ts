import { UserError } from '../contract/errors.ts'

/** What a LoRA adapter's adapter_config.json says, as far as it matters to us. */
export interface AdapterConfig {
  /** Name or folder of the base model; null where the file does not say. */
  readonly baseModel: string | null
  readonly rank: number
  readonly alpha: number
  readonly dropout: number
  /** Last parts of the adapted modules' paths (`q_proj`), or whole paths. */
  readonly targetModules: readonly string[]
  /** True for models that keep linear weights as [in, out] (GPT-2's Conv1D). */
  readonly fanInFanOut: boolean
  /** Rank-stabilised LoRA: the scale is alpha / √rank instead of alpha / rank. */
  readonly rankStabilised?: boolean
  /** DoRA: a magnitude for every output is trained too. */
  readonly decomposed?: boolean
  /** Last parts of the paths of modules whose whole weights the adapter holds (`embed_tokens`); none unless given. */
  readonly savedModules?: readonly string[]
}

/** The factor before B A: alpha / rank, or alpha / √rank when rank-stabilised. */
export const adapterScale = ({ alpha, rank, rankStabilised }: AdapterConfig): number =>
  alpha / (rankStabilised ? Math.sqrt(rank) : rank)

/** adapter_config.json's content, every key as PEFT 0.21 writes it. */
export function peftConfig(config: AdapterConfig): Record<string, unknown> {
  return {
    ...PEFT_DEFAULTS,
    base_model_name_or_path: config.baseModel,
    fan_in_fan_out: config.fanInFanOut,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    r: config.rank,
    target_modules: [...config.targetModules],
    use_rslora: config.rankStabilised ?? false,
    use_dora: config.decomposed ?? false,
    modules_to_save: config.savedModules && config.savedModules.length > 0 ? [...config.savedModules] : null,
  }
}

/**
 * Reads adapter_config.json's content. Throws UserError 'adapter/unsupported' {file, setting, found} for forms of LoRA
 * that we would compute wrongly.
 */
export function parseAdapterConfig(json: Readonly<Record<string, unknown>>, file: string): AdapterConfig {
  if (json['peft_type'] !== 'LORA')
    throw new UserError('adapter/unsupported', { file, setting: 'peft_type', found: String(json['peft_type']) })
  const setting = CHANGES_THE_FORMULA.find((key) => !isNeutral(json[key]))
  if (setting) throw new UserError('adapter/unsupported', { file, setting, found: JSON.stringify(json[setting]) })
  const targets = json['target_modules']
  return {
    baseModel: typeof json['base_model_name_or_path'] === 'string' ? json['base_model_name_or_path'] : null,
    rank: positive(json, 'r', file),
    alpha: positive(json, 'lora_alpha', file),
    dropout: Number(json['lora_dropout'] ?? 0),
    targetModules: (Array.isArray(targets) ? targets : [targets ?? '']).map(String),
    fanInFanOut: json['fan_in_fan_out'] === true,
    ...(json['use_rslora'] === true ? { rankStabilised: true } : {}),
    ...(json['use_dora'] === true ? { decomposed: true } : {}),
    ...(Array.isArray(json['modules_to_save']) && json['modules_to_save'].length > 0
      ? { savedModules: json['modules_to_save'].map(String) }
      : {}),
  }
}

function positive(json: Readonly<Record<string, unknown>>, key: string, file: string): number {
  const value = json[key]
  if (typeof value !== 'number' || !(value > 0))
    throw new UserError('adapter/unsupported', { file, setting: key, found: String(value) })
  return value
}

/** Settings whose non-neutral value means another formula than W + scale · B A. */
const CHANGES_THE_FORMULA = [
  'alpha_pattern',
  'arrow_config',
  'bias',
  'kasa_config',
  'layer_replication',
  'lora_bias',
  'monteclora_config',
  'rank_pattern',
  'target_parameters',
  'trainable_token_indices',
  'use_bdlora',
  'use_qalora',
  'velora_config',
] as const

const isNeutral = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 'none' ||
  (typeof value === 'object' && Object.keys(value).length === 0)

const PEFT_DEFAULTS = {
  alora_invocation_tokens: null,
  alpha_pattern: {},
  arrow_config: null,
  auto_mapping: null,
  base_model_name_or_path: null,
  bias: 'none',
  corda_config: null,
  ensure_weight_tying: false,
  eva_config: null,
  exclude_modules: null,
  fan_in_fan_out: false,
  inference_mode: true,
  init_lora_weights: true,
  kasa_config: null,
  layer_replication: null,
  layers_pattern: null,
  layers_to_transform: null,
  loftq_config: {},
  lora_alpha: 16,
  lora_bias: false,
  lora_dropout: 0,
  lora_ga_config: null,
  megatron_config: null,
  megatron_core: 'megatron.core',
  modules_to_save: null,
  monteclora_config: null,
  peft_type: 'LORA',
  peft_version: '0.21.0',
  qalora_group_size: 16,
  r: 8,
  rank_pattern: {},
  revision: null,
  target_modules: [],
  target_parameters: null,
  task_type: 'CAUSAL_LM',
  trainable_token_indices: null,
  use_bdlora: null,
  use_dora: false,
  use_qalora: false,
  use_rslora: false,
  velora_config: null,
}
