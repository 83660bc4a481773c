import { UserError } from '../contract/errors.ts'
import { openAdapterFolder } from '../gguf/adapter-folder.ts'
import { architectureOf } from '../models/family.ts'
import { openModel } from './open-model.ts'
import type { ReaderParams, ReaderResult } from './protocol.ts'

/**
 * What a LoRA adapter is, once every part of it has its place in the model. Throws UserError 'adapter/other-base'
 * {file, module} for a module that the model does not have, or has in another shape, and as openAdapterFolder.
 */
export async function fitAdapter({ adapter, ...place }: ReaderParams['adapter']): Promise<ReaderResult<'adapter'>> {
  const { config: modelConfig, tensors } = await openModel(place).checkpoint()
  const { file, config, modules, fullWeights } = await openAdapterFolder(adapter, modelConfig)
  const linears = new Map(architectureOf(modelConfig).linears.map((linear) => [linear.path, linear]))
  let parameterCount = 0
  for (const [path, read] of modules) {
    const linear = linears.get(path)
    const { inputSize, outputSize, rank, magnitude } = await read()
    if (linear?.inSize !== inputSize || linear.outSize !== outputSize || rank !== config.rank)
      throw new UserError('adapter/other-base', { file, module: path })
    parameterCount += rank * (inputSize + outputSize) + (magnitude?.length ?? 0)
  }
  for (const [name, { shape }] of fullWeights) {
    const size = shape.reduce((product, length) => product * length, 1)
    if (tensors.get(name)?.shape.join() !== shape.join())
      throw new UserError('adapter/other-base', { file, module: name })
    parameterCount += size
  }
  if (parameterCount === 0) throw new UserError('adapter/other-base', { file, module: '–' })
  const { rank, alpha, dropout, rankStabilised = false, decomposed = false } = config
  return { parameterCount, rank, alpha, dropout, rankStabilised, decomposed }
}
