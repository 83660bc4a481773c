import type { DeviceKind } from '../contract/index.ts'
import { UserError } from '../contract/errors.ts'
import { OrtError } from './ort-error.ts'

/** What allocators say, the arena at its limit, and cuBLAS for want of room beside it. */
const memoryTexts =
  /failed to allocate memory|out of memory|bad_alloc|bad allocation|OUT_OF_MEMORY|not enough memory|Available memory of \d+ is smaller|resource allocation failed|CUBLAS failure 1:.*expr=cublas(Lt)?Create/is
const weightTexts =
  /external (data|initializer)|external_data|model_path|No such file|cannot find the file|file_size|Failed to (open|map) file/i

/** Turns those refusals of ONNX Runtime that the user can fix into a UserError; everything else stays as it is. */
export function explainError(error: unknown, device: DeviceKind, weightsFolder = ''): unknown {
  if (!(error instanceof OrtError)) return error
  if (error.call.startsWith('SessionOptionsAppend') || error.call === 'CreateCUDAProviderOptions') {
    return new UserError('device/unavailable', {
      device,
      why: device === 'cuda' ? 'library-missing' : 'driver-missing',
      reason: error.detail,
    })
  }
  if (/requires f16 but the device does/.test(error.detail)) return new UserError('device/no-fp16', { device })
  if (memoryTexts.test(error.detail)) return new UserError('runtime/out-of-memory', { device })
  if (weightsFolder && weightTexts.test(error.detail)) {
    return new UserError('runtime/weights-unreadable', { folder: weightsFolder, reason: error.detail })
  }
  return error
}

/** True for the error of a device whose memory is short: the same in smaller pieces may fit. */
export const isOutOfMemory = (error: unknown): boolean =>
  error instanceof UserError && error.error.code === 'runtime/out-of-memory'
