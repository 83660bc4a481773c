import { onnxTypeOf, type DType } from '../dtype.ts'

/** A minimal writer of ONNX protobuf for this folder's tests; the product's is core/graph. */
type Field = readonly [number: number, value: number | string | Uint8Array]
type Ints = readonly number[]

const varint = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))]

/** A protobuf message: numbers as varint, text and bytes with their length. */
export function message(...fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([number, value]) => {
      if (typeof value === 'number') return [...varint(number * 8), ...varint(value)]
      const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
      return [...varint(number * 8 + 2), ...varint(bytes.length), ...bytes]
    }),
  )
}

type Shape = readonly (number | string)[]

/** A named, typed input or output of a graph (ValueInfoProto). */
export function port(name: string, dtype: DType, shape: Shape): Uint8Array {
  const dims = shape.map((size): Field => [1, typeof size === 'string' ? message([2, size]) : message([1, size])])
  return message([1, name], [2, message([1, message([1, onnxTypeOf(dtype)], [2, message(...dims)])])])
}

/** One operator (NodeProto) with integer attributes. */
export function node(
  type: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ints: Record<string, number> = {},
  domain = '',
): Uint8Array {
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, type],
    ...Object.entries(ints).map(([name, value]): Field => [5, message([1, name], [3, value], [20, 2])]),
    [7, domain],
  )
}

/** A weight inside the graph (TensorProto). */
export function weight(name: string, dtype: DType, shape: Ints, data: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  return message(...shape.map((size): Field => [1, size]), [2, onnxTypeOf(dtype)], [8, name], [9, bytes])
}

/** A weight that lies in a file. */
export function externalWeight(
  name: string,
  dtype: DType,
  shape: Ints,
  place: { file: string; offset: number; length: number },
): Uint8Array {
  const entries = { location: place.file, offset: String(place.offset), length: String(place.length) }
  return message(
    ...shape.map((size): Field => [1, size]),
    [2, onnxTypeOf(dtype)],
    [8, name],
    ...Object.entries(entries).map(([key, value]): Field => [13, message([1, key], [2, value])]),
    [14, 1],
  )
}

/** A model (ModelProto) of ONNX opset 17. */
export function model(graph: {
  readonly nodes: readonly Uint8Array[]
  readonly inputs: readonly Uint8Array[]
  readonly outputs: readonly Uint8Array[]
  readonly weights?: readonly Uint8Array[]
}): Uint8Array {
  const fields: Field[] = [
    ...graph.nodes.map((bytes): Field => [1, bytes]),
    [2, 'test'],
    ...(graph.weights ?? []).map((bytes): Field => [5, bytes]),
    ...graph.inputs.map((bytes): Field => [11, bytes]),
    ...graph.outputs.map((bytes): Field => [12, bytes]),
  ]
  return message(
    [1, 8],
    [7, message(...fields)],
    [8, message([1, ''], [2, 17])],
    [8, message([1, 'com.microsoft'], [2, 1])],
    [8, message([1, 'terakoya'], [2, 1])],
  )
}
