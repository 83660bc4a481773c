// What torch.save writes since PyTorch 1.6: a zip archive with <name>/data.pkl (the state dict) and <name>/data/<key>
// (the bytes of a storage). Layout: https://github.com/pytorch/pytorch/blob/v2.6.0/torch/serialization.py and
// caffe2/serialize/inline_container.h
import type { FileHandle } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../contract/errors.ts'
import { openRegularFile } from '../files/regular-file.ts'
import { readAt } from './read-bytes.ts'
import { isRowMajor, spanOf } from './strides.ts'
import { elementCount, tensorTypes, type StoredTensor, type TensorType } from './tensor-types.ts'
import { isTensor, type Pickled, type PickledTensor } from './torch-pickle-machine.ts'
import { unpickle } from './torch-pickle.ts'
import { damaged, dataOffset, readEntry, readZip, type Zip, type ZipEntry } from './torch-zip.ts'

const storageTypes: Readonly<Record<string, TensorType>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
}

/** The first bytes of the format before the zip archive: a pickle (protocol 2) of the number 0x1950a86a20f9469cfc6c. */
const LEGACY = Buffer.from('80028a0a6cfc9c46f9206aa850192e', 'hex')
const PICKLE = '/data.pkl'
/** "little" or "big". */
const MAX_BYTE_ORDER_BYTES = 16

/**
 * Reads where the tensors of a PyTorch file (pytorch_model.bin) lie; the data stays on disk and nothing in the file is
 * executed. Throws UserError 'file/not-found', 'file/not-regular', 'checkpoint/torch-legacy',
 * 'checkpoint/torch-refused', 'checkpoint/torch-unsupported', 'checkpoint/torch-damaged', 'checkpoint/too-many',
 * 'checkpoint/dtype-unknown' or 'checkpoint/offsets-invalid'.
 */
export async function readTorchFile(path: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const file = await openRegularFile(path)
  try {
    await refuseLegacy(file, path)
    const zip = await readZip(file, path)
    const root = rootOf(zip)
    await refuseBigEndian(zip, root)
    return await placeTensors(zip, root, unpickle(await readEntry(zip, entryOf(zip, root + PICKLE)), path))
  } finally {
    await file.close()
  }
}

async function refuseLegacy(file: FileHandle, path: string): Promise<void> {
  const { size } = await file.stat()
  const first = await readAt(file, path, 0, Math.min(size, LEGACY.length))
  if (first.equals(LEGACY)) throw new UserError('checkpoint/torch-legacy', { file: path })
}

/** The archive's only folder: its name is that of the file when it was written. */
function rootOf({ entries, path }: Zip): string {
  const pickle = [...entries.keys()].find((name) => name.endsWith(PICKLE))
  if (pickle === undefined) throw damaged(path)
  return pickle.slice(0, -PICKLE.length)
}

async function refuseBigEndian(zip: Zip, root: string): Promise<void> {
  const entry = zip.entries.get(`${root}/byteorder`)
  if (entry && entry.bytes > MAX_BYTE_ORDER_BYTES) throw damaged(zip.path)
  const order = entry ? (await readEntry(zip, entry)).toString('latin1') : 'little'
  if (order !== 'little')
    throw new UserError('checkpoint/torch-unsupported', { file: zip.path, found: `byte order ${order.slice(0, 10)}` })
}

function entryOf({ entries, path }: Zip, name: string): ZipEntry {
  const entry = entries.get(name)
  if (!entry) throw damaged(path)
  return entry
}

async function placeTensors(zip: Zip, root: string, state: Pickled): Promise<ReadonlyMap<string, StoredTensor>> {
  if (!(state instanceof Map))
    throw new UserError('checkpoint/torch-refused', { file: zip.path, found: 'no state dict' })
  const tensors = new Map<string, StoredTensor>()
  const starts = new Map<string, number>()
  for (const [name, value] of state) {
    if (typeof name !== 'string' || !isTensor(value)) continue
    const { key } = value.storage
    const entry = entryOf(zip, `${root}/data/${key}`)
    const start = starts.get(key) ?? (await dataOffset(zip, entry))
    starts.set(key, start)
    tensors.set(name, placeOf(name, value, { path: zip.path, start, bytes: entry.bytes }))
  }
  return tensors
}

interface StorageData {
  readonly path: string
  readonly start: number
  readonly bytes: number
}

function placeOf(name: string, { storage, offset, shape, strides }: PickledTensor, data: StorageData): StoredTensor {
  const dtype = Object.hasOwn(storageTypes, storage.type) ? storageTypes[storage.type] : undefined
  if (!dtype) throw new UserError('checkpoint/dtype-unknown', { file: data.path, tensor: name, found: storage.type })
  const { bytes } = tensorTypes[dtype]
  const end = (offset + spanOf(shape, strides)) * bytes
  // A view that repeats its elements (stride 0) would be larger than what is stored.
  const isInside = end <= data.bytes && elementCount(shape) * bytes <= data.bytes
  if (!isInside)
    throw new UserError('checkpoint/offsets-invalid', {
      file: data.path,
      tensor: name,
      expected: end,
      found: data.bytes,
    })
  const start = data.start + offset * bytes
  const common = { dtype, shape, file: basename(data.path) }
  return isRowMajor(shape, strides)
    ? { ...common, offset: start, length: elementCount(shape) * bytes }
    : { ...common, start, strides }
}
