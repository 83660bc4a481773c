import { InternalError } from '../../contract/errors.ts'
import type { Dim, DType, OnnxAttributes, Typed, WeightPlace } from '../ir.ts'
import { ProtobufWriter } from './protobuf.ts'
import { ONNX_TYPES } from './types.ts'

/** NodeProto.attribute: an integer, text, float or list of integers. */
export function attribute(name: string, value: OnnxAttributes[string]): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name)
  if (typeof value === 'number') return message.int(3, value).int(20, 2)
  if (typeof value === 'string') return message.text(4, value).int(20, 3)
  if ('float' in value) return message.float(2, value.float).int(20, 1)
  for (const item of value) message.int(8, item)
  return message.int(20, 7)
}

/** ValueInfoProto: name, element type and shape of an input or output. */
export function valueInfo(name: string, { dtype, shape }: Typed): ProtobufWriter {
  const dims = new ProtobufWriter()
  for (const dim of shape) dims.message(1, dimension(dim))
  const tensor = new ProtobufWriter().int(1, ONNX_TYPES[dtype]).message(2, dims)
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor))
}

const dimension = (dim: Dim): ProtobufWriter =>
  typeof dim === 'number' ? new ProtobufWriter().int(1, dim) : new ProtobufWriter().text(2, dim)

/** TensorProto of a weight that lies in a file. */
export function externalTensor(
  name: string,
  dtype: DType,
  shape: readonly number[],
  place: WeightPlace,
): ProtobufWriter {
  const tensor = new ProtobufWriter()
  for (const size of shape) tensor.int(1, size)
  tensor.int(2, ONNX_TYPES[dtype]).text(8, name)
  const entries = { location: place.file, offset: String(place.offset), length: String(place.length) }
  for (const [key, value] of Object.entries(entries))
    tensor.message(13, new ProtobufWriter().text(1, key).text(2, value))
  return tensor.int(14, 1)
}

/** TensorProto with its numbers inside. */
export function inlineTensor(
  name: string,
  dtype: DType,
  data: readonly number[],
  shape: readonly number[],
): ProtobufWriter {
  const tensor = new ProtobufWriter()
  for (const size of shape) tensor.int(1, size)
  return tensor.int(2, ONNX_TYPES[dtype]).text(8, name).bytes(9, rawBytes(dtype, data))
}

function rawBytes(dtype: DType, data: readonly number[]): Uint8Array {
  switch (dtype) {
    case 'float32':
      return new Uint8Array(Float32Array.from(data).buffer)
    case 'int32':
      return new Uint8Array(Int32Array.from(data).buffer)
    case 'int64':
      return new Uint8Array(BigInt64Array.from(data.map(BigInt)).buffer)
    case 'bool':
    case 'uint8':
    case 'int8':
      return Uint8Array.from(data)
    case 'float16':
    case 'bfloat16':
    case 'int4':
      throw new InternalError(`constants of ${dtype} are written in another type and cast`)
  }
}
