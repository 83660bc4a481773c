// What a GGUF file is, by its header.
import { elementCount } from '../checkpoints/index.ts'
import { UserError } from '../contract/errors.ts'
import { baseOfGgufAdapter, isGgufAdapter } from '../gguf/adapter-import.ts'
import { readGgufModel } from '../gguf/import.ts'
import { textEntry, type OpenedGguf } from '../gguf/import-metadata.ts'
import { readGgufHeader } from '../gguf/reader.ts'
import { architectureOf } from '../models/family.ts'
import type { ReaderResult } from './protocol.ts'

/** Says what a model or a LoRA in a GGUF is. Throws UserError as readGgufModel. */
export async function readGgufFacts(file: string): Promise<ReaderResult<'gguf'>> {
  const header = await readGgufHeader(file)
  const opened: OpenedGguf = { file, header, small: new Map() }
  if (isGgufAdapter(opened)) return adapterFacts(opened)
  const { weightBytes, parameterCount, config, type } = await readGgufModel(file)
  return {
    weightBytes,
    parameterCount,
    contextLengthTokens: architectureOf(config).contextLength,
    family: String(config['model_type']),
    type,
    hasChatTemplate: (textEntry(opened, 'tokenizer.chat_template') ?? '') !== '',
    adapterOf: null,
  }
}

function adapterFacts(opened: OpenedGguf): ReaderResult<'gguf'> {
  const { file, header } = opened
  if (textEntry(opened, 'adapter.type') !== 'lora') throw new UserError('gguf/metadata', { file, key: 'adapter.type' })
  const tensors = [...header.tensors.values()]
  return {
    weightBytes: tensors.reduce((sum, { length }) => sum + length, 0),
    parameterCount: tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    contextLengthTokens: 0,
    family: (textEntry(opened, 'general.architecture') ?? '').slice(0, 100),
    type: tensors[0]?.type.name ?? '',
    hasChatTemplate: false,
    adapterOf: baseOfGgufAdapter(opened),
  }
}
