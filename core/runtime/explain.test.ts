import { expect, it } from 'vitest'
import { explainError, isOutOfMemory } from './explain.ts'
import { OrtError } from './ort-error.ts'

it.each([
  'bfc_arena.cc:358 Failed to allocate memory for requested buffer of size 4294967296',
  'Available memory of 268435456 is smaller than requested bytes of 805306368',
  'CUDA failure 2: out of memory ; GPU=0',
  'CUBLAS failure 3: the resource allocation failed ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
  'CUBLAS failure 1: the library was not initialized ; GPU=0 ; expr=cublasCreate(&cublas_handle_);',
])('takes this for a lack of memory: %s', (text) => {
  expect(isOutOfMemory(explainError(new OrtError('RunWithBinding', 1, text), 'cuda'))).toBe(true)
})

it('leaves other refusals as they are', () => {
  const error = new OrtError('RunWithBinding', 1, 'CUBLAS failure 13: the GPU program failed to execute')
  expect(explainError(error, 'cuda')).toBe(error)
})
