import { UserError } from '../contract/errors.ts'
import type { Architecture, Family } from './architecture.ts'
import { checkSizes } from './config.ts'
import * as known from './families/index.ts'
import type { LinearSpec } from './lora.ts'

export type { Architecture } from './architecture.ts'

/** The name of a model type is shown so far. */
const MAX_TYPE_LENGTH = 60

const families: readonly Family[] = Object.values(known)

/**
 * The architecture that config.json describes. Throws UserError `model/unsupported` naming the architecture and what is
 * supported, or as readConfig and checkSizes.
 */
export function architectureOf(config: Readonly<Record<string, unknown>>): Architecture {
  const modelType = typeof config['model_type'] === 'string' ? config['model_type'].slice(0, MAX_TYPE_LENGTH) : ''
  const family = families.find(({ modelTypes }) => modelTypes.includes(modelType))
  if (!family)
    throw new UserError('model/unsupported', {
      found: modelType,
      supported: families.flatMap(({ modelTypes }) => modelTypes).join(', '),
    })
  const architecture = family.read(config)
  checkSizes(architecture)
  return architecture
}

/** The modules that a LoRA target text means: `all-linear`, empty for PEFT's default, or names separated by commas. */
export function loraTargets(architecture: Architecture, text: string): LinearSpec[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 1 && names[0] === 'all-linear') return [...architecture.linears]
  const wanted = names.length === 0 ? architecture.defaultTargets : names
  const last = ({ path }: LinearSpec) => path.slice(path.lastIndexOf('.') + 1)
  const unknown = wanted.find((name) => !architecture.linears.some((linear) => last(linear) === name))
  if (unknown !== undefined)
    throw new UserError('model/unknown-target', {
      target: unknown,
      known: [...new Set(architecture.linears.map(last))].join(', '),
    })
  return architecture.linears.filter((linear) => wanted.includes(last(linear)))
}
