import { pickle, pickleOf, writeZip, type TestTensor } from '../../checkpoints/testing/torch-test-support.ts'
import { safetensorsBytes } from '../../checkpoints/testing/test-bytes.ts'
import type { ErrorCode } from '../../contract/index.ts'
import type { HostileCase } from './hostile-models.ts'
import type { Entry } from './sound-model.ts'

const file = (header: unknown, dataBytes = 8): Uint8Array => safetensorsBytes(header, new Uint8Array(dataBytes))
const tensor = (changes: Readonly<Record<string, unknown>>) => ({
  dtype: 'F32',
  shape: [2],
  data_offsets: [0, 8],
  ...changes,
})
const headerOf = (length: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(length)
  return bytes
}

const safetensors: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['weights-none', null, 'checkpoint/weights-missing'],
  ['weights-empty', '', 'checkpoint/truncated'],
  ['weights-7-bytes', '1234567', 'checkpoint/truncated'],
  ['header-length-2-63', Buffer.concat([headerOf(2n ** 63n), Buffer.from('{}')]), 'checkpoint/header-invalid'],
  ['header-length-0', Buffer.concat([headerOf(0n), Buffer.from('{}')]), 'checkpoint/header-invalid'],
  [
    'header-98-mb',
    { start: Buffer.concat([headerOf(98_000_000n), Buffer.from('{"a":')]), sparseBytes: 98_000_100 },
    'checkpoint/header-too-long',
  ],
  ['header-98-mb-cut', Buffer.concat([headerOf(98_000_000n), Buffer.from('{"a":')]), 'checkpoint/truncated'],
  [
    'header-padded-15-mb',
    file(`${JSON.stringify({ w: tensor({}) })}${' '.repeat(15_000_000)}`),
    'checkpoint/header-too-long',
  ],
  [
    'header-notes-10-mb',
    file({ __metadata__: { note: 'x'.repeat(10_000_000) }, w: tensor({}) }),
    'checkpoint/header-too-long',
  ],
  ['header-notes-text', file({ __metadata__: 'x'.repeat(900_000), w: tensor({}) }), 'model/weight-missing'],
  ['header-long-name', file({ ['n'.repeat(2_000_000)]: tensor({}) }), 'checkpoint/header-too-long'],
  ['header-deep', file(`{"w":${'['.repeat(200_000)}${']'.repeat(200_000)}}`), 'checkpoint/header-invalid'],
  ['header-not-utf8', Buffer.concat([headerOf(4n), Buffer.from([0xff, 0xfe, 0, 0])]), 'checkpoint/header-invalid'],
  ['header-null-entry', file({ w: null }), 'checkpoint/header-invalid'],
  ['header-proto', file('{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'), 'model/weight-missing'],
  ['tensor-offsets-2-60', file({ w: tensor({ data_offsets: [0, 2 ** 60] }) }), 'checkpoint/header-invalid'],
  ['tensor-offsets-2-52', file({ w: tensor({ data_offsets: [2 ** 52, 2 ** 52 + 8] }) }), 'checkpoint/offsets-invalid'],
  [
    'tensor-offsets-1e309',
    file('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,1e309]}}'),
    'checkpoint/header-invalid',
  ],
  ['tensor-offsets-negative', file({ w: tensor({ data_offsets: [-8, 0] }) }), 'checkpoint/header-invalid'],
  ['tensor-offsets-text', file({ w: tensor({ data_offsets: ['0', '8'] }) }), 'checkpoint/header-invalid'],
  ['tensor-overlap', file({ v: tensor({}), w: tensor({}) }), 'checkpoint/offsets-invalid'],
  ['tensor-shape-overflow', file({ w: tensor({ shape: [2 ** 40, 2 ** 40, 2 ** 40] }) }), 'checkpoint/offsets-invalid'],
  [
    'tensor-shape-infinite',
    file({ w: tensor({ shape: Array(30).fill(2 ** 50), data_offsets: [0, 0] }) }),
    'checkpoint/offsets-invalid',
  ],
  ['tensor-rank-100000', file({ w: tensor({ shape: Array(100_000).fill(1) }) }), 'checkpoint/header-invalid'],
  ['tensor-dtype-unknown', file({ w: tensor({ dtype: 'Q4_K_M' }) }), 'checkpoint/dtype-unknown'],
  ['tensor-dtype-object', file({ w: tensor({ dtype: { toString: 1 } }) }), 'checkpoint/dtype-unknown'],
  ['tensor-dtype-proto', file({ w: tensor({ dtype: 'constructor' }) }), 'checkpoint/dtype-unknown'],
  [
    'tensors-100000',
    file(
      Object.fromEntries(
        Array.from({ length: 100_000 }, (_, i) => [`t${i}`, tensor({ shape: [0], data_offsets: [0, 0] })]),
      ),
      0,
    ),
    'model/weight-missing',
  ],
  ['weights-fifo', { special: 'fifo' }, 'file/not-regular'],
  ['weights-folder', { special: 'folder' }, 'file/not-regular'],
  ['weights-dev-zero', { linkTo: '/dev/zero' }, 'file/not-regular'],
  ['weights-dev-tty', { linkTo: '/dev/tty' }, 'file/not-regular', 'file/unreadable'],
  ['weights-proc', { linkTo: '/proc/self/mem' }, 'checkpoint/truncated', 'file/unreadable'],
  ['weights-loop', { linkTo: 'model.safetensors' }, 'file/not-regular'],
]

const index = (contents: unknown): Entry => (typeof contents === 'string' ? contents : JSON.stringify(contents))
const shards: readonly (readonly [name: string, contents: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['index-empty', index({}), 'checkpoint/json-invalid'],
  ['index-null', index({ weight_map: null }), 'checkpoint/json-invalid'],
  ['index-text', index({ weight_map: 'x'.repeat(1_000_000) }), 'checkpoint/json-invalid'],
  ['index-outside', index({ weight_map: { w: '../../etc/passwd' } }), 'checkpoint/json-invalid'],
  ['index-absolute', index({ weight_map: { w: '/etc/passwd' } }), 'checkpoint/json-invalid'],
  ['index-numbers', index({ weight_map: { w: 1e308 } }), 'checkpoint/json-invalid'],
  [
    'index-5000-shards',
    index({ weight_map: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`t${i}`, `s${i}.safetensors`])) }),
    'checkpoint/too-many',
  ],
  ['index-missing-shard', index({ weight_map: { w: 'none.safetensors' } }), 'checkpoint/shard-missing'],
  [
    'index-itself',
    index({ weight_map: { w: 'model.safetensors.index.json' } }),
    'checkpoint/header-invalid',
    'checkpoint/truncated',
  ],
  ['index-200-mb', { start: '{"weight_map":{', sparseBytes: 200_000_000 }, 'file/too-large'],
  ['index-fifo', { special: 'fifo' }, 'file/not-regular'],
]

const half: TestTensor = { storage: 'HalfStorage', key: '0', shape: [4], strides: [1] }
const DATA = { name: 'm/data/0', data: new Uint8Array(8) }

const zip =
  (pickled: Uint8Array, ...others: Parameters<typeof writeZip>[1]): Entry =>
  (path) =>
    writeZip(path, [{ name: 'm/data.pkl', data: pickled }, DATA, ...others])
const state = (changes: Partial<TestTensor>): Entry => zip(pickleOf({ w: { ...half, ...changes } }))

/** The last record of an empty zip archive, with a directory of so many entries and bytes at a place. */
function zipEnd(count: number, bytes: number, at: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(count, 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(at, 16)
  return end
}

/** Zip64 records that claim any 64-bit numbers. */
function zip64(count: bigint, bytes: bigint, at: bigint): Buffer {
  const wide = Buffer.alloc(76)
  wide.writeUInt32LE(0x06064b50)
  wide.writeBigUInt64LE(count, 32)
  wide.writeBigUInt64LE(bytes, 40)
  wide.writeBigUInt64LE(at, 48)
  wide.writeUInt32LE(0x07064b50, 56)
  return Buffer.concat([wide, zipEnd(0xffff, 0xffffffff, 0xffffffff)])
}

/** A pair of a pair of a pair …: 40 levels of memory, 2^40 names when it is written out. */
const nestedPair = `X\x01\x00\x00\x00aq\x00${Array.from({ length: 40 }, () => 'h\x00h\x00\x86q\x00').join('')}h\x00`

const pickles: readonly (readonly [name: string, entry: Entry, ...codes: (ErrorCode | null)[]])[] = [
  ['pickle-os-system', zip(pickle('cos\nsystem\n(X\x02\x00\x00\x00idtR')), 'checkpoint/torch-refused'],
  ['pickle-builtins-eval', zip(pickle('cbuiltins\neval\n(X\x01\x00\x00\x001tR')), 'checkpoint/torch-refused'],
  ['pickle-long-name', zip(pickle(`c${'a'.repeat(5_000_000)}\nb\n`)), 'checkpoint/torch-refused'],
  ['pickle-newobj', zip(pickle('}\x81')), 'checkpoint/torch-refused'],
  ['pickle-nested-name', zip(pickle(`${nestedPair}h\x00\x93`)), 'checkpoint/torch-damaged'],
  ['pickle-lists', zip(pickle(']'.repeat(3_000_000))), 'checkpoint/too-many'],
  ['pickle-maps', zip(pickle('}'.repeat(15_000_000))), 'checkpoint/too-many'],
  [
    'pickle-steps',
    zip(pickle('N0'.repeat(10)), { name: 'x/data.pkl', data: new Uint8Array(0) }),
    'checkpoint/torch-refused',
  ],
  ['pickle-marks', zip(pickle('('.repeat(10_000_000))), 'checkpoint/too-many'],
  ['pickle-memo', zip(pickle(`]${'\x94'.repeat(10_000_000)}`)), 'checkpoint/too-many'],
  ['pickle-itself', zip(pickle(']q\x00h\x00a')), 'checkpoint/torch-refused'],
  ['pickle-cut', zip(pickleOf({ w: half }).subarray(0, 40)), 'checkpoint/torch-damaged'],
  ['pickle-empty', zip(Buffer.alloc(0)), 'checkpoint/torch-damaged'],
  ['pickle-long-text', zip(pickle('X\xff\xff\xff\xffa')), 'checkpoint/torch-damaged'],
  [
    'pickle-95-mb',
    (path) => writeZip(path, [{ name: 'm/data.pkl', data: new Uint8Array(95_000_000) }]),
    'checkpoint/torch-damaged',
  ],
  ['pickle-stride-0', state({ shape: [2 ** 30, 2 ** 30], strides: [0, 0] }), 'checkpoint/offsets-invalid'],
  ['pickle-offset', state({ offset: 2 ** 30 }), 'checkpoint/offsets-invalid'],
  ['pickle-negative-shape', state({ shape: [-4] }), 'checkpoint/torch-damaged'],
  ['pickle-storage-unknown', state({ storage: 'QInt8Storage' }), 'checkpoint/dtype-unknown'],
  ['pickle-key-missing', state({ key: '99' }), 'checkpoint/torch-damaged'],
  ['zip-none', 'no archive at all', 'checkpoint/torch-damaged'],
  ['zip-empty', zipEnd(0, 0, 0), 'checkpoint/torch-damaged'],
  ['zip-directory-2-gb', zipEnd(9, 2_000_000_000, 0), 'checkpoint/torch-damaged'],
  ['zip64-count', zip64(2n ** 53n, 0n, 0n), 'checkpoint/torch-damaged'],
  ['zip64-bytes', zip64(1n, 2n ** 63n, 0n), 'checkpoint/torch-damaged'],
  ['zip64-place', zip64(1n, 46n, 2n ** 52n), 'checkpoint/torch-damaged'],
  [
    'zip-compressed',
    zip(pickleOf({ w: half }), { name: 'm/x', data: new Uint8Array(3), method: 8 }),
    'checkpoint/torch-unsupported',
  ],
  [
    'zip-byte-order',
    zip(pickleOf({ w: half }), { name: 'm/byteorder', data: new Uint8Array(5_000_000) }),
    'checkpoint/torch-damaged',
  ],
  ['bin-fifo', { special: 'fifo' }, 'file/not-regular'],
  ['bin-folder', { special: 'folder' }, 'file/not-regular'],
  ['bin-dev-zero', { linkTo: '/dev/zero' }, 'file/not-regular'],
]

/** Weights that lie, in each form. */
export const hostileWeights: readonly HostileCase[] = [
  ...safetensors.map(([name, entry, ...codes]) => ({ name, codes, files: { 'model.safetensors': entry } })),
  ...shards.map(([name, entry, ...codes]) => ({
    name,
    codes,
    files: { 'model.safetensors': null, 'model.safetensors.index.json': entry },
  })),
  ...pickles.map(([name, entry, ...codes]) => ({
    name,
    codes,
    files: { 'model.safetensors': null, 'pytorch_model.bin': entry },
  })),
]
