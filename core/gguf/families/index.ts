import { UserError } from '../../contract/errors.ts'
import { TEXT_MODEL } from '../../models/checkpoint-names.ts'
import { architectureOf, textConfigOf } from '../../models/family.ts'
import type { Config, DescribedModel, GgufFamily, TensorRule } from './family.ts'
import * as list from './list.ts'

export type { Config, DescribedModel, ExtraTensor, GgufFamily, MetadataReader, TensorRule } from './family.ts'

const families: readonly GgufFamily[] = Object.values(list)

/** What config.json describes. Throws as architectureOf. */
export const describeModel = (config: Config): DescribedModel => ({
  architecture: architectureOf(config),
  config: textConfigOf(config),
})

/**
 * The family that llama.cpp computes a model with. Throws UserError 'gguf/family' {found, supported} where it has none,
 * 'gguf/config' {setting, found} where it would compute an entry of config.json otherwise.
 */
export function familyFor(model: DescribedModel): GgufFamily {
  const type = String(model.config['model_type'])
  const family = families.find(({ modelTypes }) => modelTypes.includes(type))
  if (!family) throw new UserError('gguf/family', { found: type, supported: supportedTypes() })
  const misfit = family.misfit(model)
  if (misfit) throw new UserError('gguf/config', { ...misfit })
  return family
}

/** The family of llama.cpp's architecture of this name. Throws UserError 'gguf/architecture' {found, supported}. */
export function familyOfArchitecture(name: string): GgufFamily {
  const family = families.find(({ architecture }) => architecture === name)
  if (!family)
    throw new UserError('gguf/architecture', { found: name.slice(0, 60), supported: supportedArchitectures() })
  return family
}

/** True where there is one. */
export const hasGgufFamily = (architecture: string): boolean =>
  families.some((family) => family.architecture === architecture)

const supportedTypes = (): string => families.flatMap(({ modelTypes }) => modelTypes).join(', ')
const supportedArchitectures = (): string => [...new Set(families.map(({ architecture }) => architecture))].join(', ')

const LAYER = /\.(\d+)\./

/** The rule and llama.cpp's name of one of the studio's weights; undefined where there is none. */
export function ruleOf(
  { tensors }: GgufFamily,
  weight: string,
): { readonly rule: TensorRule; readonly name: string } | undefined {
  const plain = weight.replace(`${TEXT_MODEL}.`, 'model.')
  const layer = LAYER.exec(plain)?.[1] ?? ''
  const pattern = plain.replace(LAYER, '.{}.')
  const rule = tensors.find(({ ours }) => ours === pattern)
  return rule && { rule, name: rule.theirs.replace('{}', layer) }
}

/** The rule and the studio's name of one of llama.cpp's tensors; undefined where there is none. */
export function ruleOfTensor(
  { tensors }: GgufFamily,
  tensor: string,
): { readonly rule: TensorRule; readonly name: string } | undefined {
  const layer = LAYER.exec(tensor)?.[1] ?? ''
  const pattern = tensor.replace(LAYER, '.{}.')
  const rule = tensors.find(({ theirs }) => theirs === pattern)
  return rule && { rule, name: rule.ours.replace('{}', layer) }
}
