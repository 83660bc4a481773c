import { describe, expect, it } from 'vitest'
import { loadNative } from '../runtime/native-library.ts'
import { openLlama, structSizes } from './library.ts'
import { findLibraries } from './package.ts'
import { noPlatformPackage } from './testing/ggml.ts'

/** What a function that returns a struct writes into memory full of `filler`: where it ends, on x64. */
function writtenBytes(name: string): number {
  const filler = 0xaa
  const memory = Buffer.alloc(1024, filler)
  // A large struct is returned where the hidden first argument points to.
  loadNative(findLibraries().llama).func(name, 'void', ['void *'])(memory)
  return memory.findLastIndex((byte) => byte !== filler) + 1
}

/** Structs end on a multiple of eight bytes. */
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

describe.skipIf(noPlatformPackage)('the structs of llama.cpp', () => {
  it('are those of the release', () => {
    expect(openLlama().version()).toMatch(/^0\.4\./)
  })

  it.skipIf(process.arch !== 'x64')('are as large as there', () => {
    expect({
      modelParams: padded(writtenBytes('llama_model_default_params')),
      contextParams: padded(writtenBytes('llama_context_default_params')),
    }).toEqual({ modelParams: structSizes.modelParams, contextParams: structSizes.contextParams })
    // A count, padding, and six addresses.
    expect(structSizes.batch).toBe(56)
  })

  it('have their fields where they are there', () => {
    const api = openLlama()
    expect(api.modelDefaults()).toMatchObject({
      devices: null,
      gpuLayers: -1,
      splitMode: 1,
      loadMode: -1,
      lazyMode: 1,
      mainGpu: 0,
      tensorSplit: null,
      overrides: null,
      vocabOnly: false,
      checkTensors: false,
      extraBuffers: true,
      noHost: false,
      loadMtp: false,
    })
    expect(api.contextDefaults()).toMatchObject({
      contextLength: 512,
      batch: 2048,
      microBatch: 512,
      sequences: 1,
      threads: 4,
      batchThreads: 4,
      pooling: -1,
      flashAttention: -1,
      yarnExtension: -1,
      keyType: 1,
      valueType: 1,
      embeddings: false,
      offload: true,
      noPerformance: true,
      unified: false,
      samplerCount: 0,
      other: null,
    })
    const tokens = Int32Array.of(5, 6, 7)
    expect(api.batchOf(tokens, 3)).toMatchObject({ count: 3, embedding: null, position: null, logits: null })
  })
})
