export { openCheckpoint, readWeight, requireTensor, type Checkpoint } from './checkpoint.ts'
export { isSameTensor, readTensor, readTensorBytes, withFilePiece, type FilePiece } from './read-tensor.ts'
export {
  parseSafetensorsHeader,
  readSafetensorsHeader,
  safetensorsHeaderLength,
  type SafetensorsHeader,
} from './safetensors-header.ts'
export { readTorchFile } from './torch-file.ts'
export { byLayout, encodeHeader, writeSafetensors, type TensorData } from './safetensors-writer.ts'
export { rowsOf, storedWeight, type StoredWeight } from './stored-weight.ts'
export type { WeightSource } from './weight-source.ts'
export {
  elementCount,
  isContiguous,
  tensorBytes,
  tensorTypes,
  type StoredTensor,
  type StridedPlace,
  type TensorPlace,
  type TensorType,
} from './tensor-types.ts'
export {
  ADAPTER_CONFIG,
  ADAPTER_WEIGHTS,
  loadAdapter,
  openAdapter,
  openAdapterTensors,
  readAdapter,
  writeAdapter,
  type Adapter,
  type AdapterModule,
  type FullWeight,
  type StoredAdapter,
} from './adapter.ts'
export { adapterScale, parseAdapterConfig, type AdapterConfig } from './adapter-config.ts'
export { syncFolder, writeAtomic, writeFileAtomic } from '../files/atomic.ts'
export {
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
  halfTable,
  roundedTo,
  toBytes,
  bfloat16ToFloat32Array,
  float16ToFloat32Array,
} from './float-bits.ts'
export { readJsonObject } from '../files/json-file.ts'
