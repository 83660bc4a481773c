import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openRuntime } from '../runtime/runtime.ts'
import { externalWeight, model, node, port } from '../runtime/testing/test-model.ts'
import {
  elementCount,
  isContiguous,
  openCheckpoint,
  readTensor,
  readTensorBytes,
  readTorchFile,
  readWeight,
  writeSafetensors,
  type StoredTensor,
  type TensorPlace,
} from './index.ts'
import { temporaryFolders } from './testing/test-support.ts'
import { pickle, pickleOf, writeZip, type TestTensor } from './testing/torch-test-support.ts'
import { unpickle } from './torch-pickle.ts'

const newFolder = temporaryFolders()
const GOLDEN = join(import.meta.dirname, 'fixtures/pytorch-bin')
const BIN = join(GOLDEN, 'pytorch_model.bin')
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)
const vector = (length: number, change: Partial<TestTensor> = {}): TestTensor => ({
  storage: 'FloatStorage',
  key: '0',
  shape: [length],
  strides: [1],
  ...change,
})

async function torchFile(data: Buffer, ...storages: Uint8Array[]): Promise<string> {
  const path = join(await newFolder(), 'pytorch_model.bin')
  await writeZip(path, [
    { name: 'archive/data.pkl', data },
    ...storages.map((bytes, key) => ({ name: `archive/data/${key}`, data: bytes })),
  ])
  return path
}

/** A model folder with config.json and the files that `write` adds. */
async function modelFolder(write: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = await newFolder()
  await writeFile(join(folder, 'config.json'), '{"model_type": "gpt2"}')
  await write(folder)
  return folder
}

const writeBin = (folder: string, name: string, tensor: string, value: number): Promise<void> =>
  writeZip(join(folder, name), [
    { name: 'm/data.pkl', data: pickleOf({ [tensor]: vector(1) }) },
    { name: 'm/data/0', data: floats(value) },
  ])

describe('a file that PyTorch wrote', () => {
  it('gives the dtype, shape and bytes of every tensor', async () => {
    const expected = JSON.parse(await readFile(join(GOLDEN, 'expected.json'), 'utf8')) as Record<
      string,
      [string, number[], string]
    >
    const tensors = await readTorchFile(BIN)
    const found = await Promise.all(
      [...tensors].map(async ([name, place]) => [
        name,
        [
          `torch.${place.dtype}`,
          place.shape,
          createHash('sha1')
            .update(await readTensorBytes(GOLDEN, place))
            .digest('hex'),
        ],
      ]),
    )
    expect(Object.fromEntries(found)).toEqual(expected)
    expect(tensors.size).toBe(36)
  })

  it('is read in place: contiguous tensors and views lie at offsets that ONNX Runtime can read, a transposed one is marked', async () => {
    const tensors = await readTorchFile(BIN)
    const embedding = tensors.get('transformer.wte.weight')
    expect(embedding).toEqual({
      dtype: 'float16',
      shape: [300, 64],
      file: 'pytorch_model.bin',
      offset: 5440,
      length: 300 * 64 * 2,
    })
    expect([...tensors.values()].filter((place) => isContiguous(place) && place.offset % 64 !== 0)).toEqual([
      tensors.get('x.off'),
    ])
    expect(tensors.get('lm_head.weight')).toEqual(embedding)
    expect([...tensors].filter(([, place]) => !isContiguous(place)).map(([name]) => name)).toEqual(['x.t'])
    expect(tensors.get('x.t')).toMatchObject({ shape: [8, 6], strides: [1, 8], file: 'pytorch_model.bin' })
  })
})

/** The values that ONNX Runtime reads from a float32 tensor's place in the file. */
async function asWeight(folder: string, place: StoredTensor): Promise<number[]> {
  const device = openRuntime().device('cpu')
  const graph = model({
    nodes: [node('Add', ['x', 'w'], ['y'])],
    inputs: [port('x', 'float32', [...place.shape])],
    outputs: [port('y', 'float32', [...place.shape])],
    weights: [externalWeight('w', 'float32', [...place.shape], place as TensorPlace)],
  })
  const session = await device.createSession(graph, { weightsFolder: folder })
  const [x, y] = [
    device.tensor('float32', place.shape, new Float32Array(elementCount(place.shape))),
    device.tensor('float32', place.shape),
  ]
  const binding = session.bind({ inputs: { x }, outputs: { y } })
  await binding.run()
  const values = [...(await y.read())].map(Number)
  for (const made of [binding, x, y, session]) made.dispose()
  return values
}

describe('ONNX Runtime', () => {
  it('reads a view in place', async () => {
    const place = (await readTorchFile(BIN)).get('x.off')!
    expect(await asWeight(GOLDEN, place)).toEqual([...(await readTensor(GOLDEN, place))])
  })

  it('refuses a transposed tensor instead of reading it in the wrong order', async () => {
    const place = (await readTorchFile(BIN)).get('x.t')!
    await expect(asWeight(GOLDEN, place)).rejects.toMatchObject({ call: 'CreateSessionFromArray', code: 'FAIL' })
  })
})

describe('views', () => {
  it.each<[string, Partial<TestTensor>, number[]]>([
    ['from an offset on', { offset: 4, shape: [2, 1], strides: [1, 9] }, [4, 5]],
    ['transposed', { shape: [3, 2], strides: [1, 3] }, [0, 3, 1, 4, 2, 5]],
    ['cut columns', { offset: 1, shape: [2, 2], strides: [3, 1] }, [1, 2, 4, 5]],
    ['permuted in three axes', { shape: [1, 3, 2], strides: [6, 1, 3] }, [0, 3, 1, 4, 2, 5]],
    ['expanded', { offset: 5, shape: [2, 2], strides: [0, 0] }, [5, 5, 5, 5]],
    ['of no elements', { shape: [0, 3], strides: [3, 1] }, []],
    ['scalar', { offset: 2, shape: [], strides: [] }, [2]],
  ])('%s are put in order', async (_, view, values) => {
    const path = await torchFile(pickleOf({ v: vector(0, view) }), floats(0, 1, 2, 3, 4, 5))
    const place = (await readTorchFile(path)).get('v')!
    expect([...(await readTensor(join(path, '..'), place))]).toEqual(values)
  })
})

describe('a model folder with pytorch_model.bin', () => {
  it('opens without the masks that old files hold', async () => {
    const folder = await modelFolder(async (to) => writeFile(join(to, 'pytorch_model.bin'), await readFile(BIN)))
    const checkpoint = await openCheckpoint(folder)
    expect([
      checkpoint.tensors.size,
      checkpoint.tensors.has('transformer.h.0.attn.bias'),
      checkpoint.tensors.has('transformer.h.0.attn.c_attn.bias'),
    ]).toEqual([35, false, true])
    expect((await readWeight(checkpoint, 'transformer.h.0.ln_1.weight'))[63]).toBe(1)
  })

  it('is read from its safetensors where both exist', async () => {
    const folder = await modelFolder(async (to) => {
      await writeBin(to, 'pytorch_model.bin', 'w', 1)
      await writeSafetensors(join(to, 'model.safetensors'), {
        w: { dtype: 'float32', shape: [1], data: Float32Array.of(2) },
      })
    })
    expect([...(await readWeight(await openCheckpoint(folder), 'w'))]).toEqual([2])
  })

  it('is read through the index of its shards', async () => {
    const folder = await modelFolder(async (to) => {
      await writeBin(to, 'pytorch_model-00001-of-00002.bin', 'a', 1)
      await writeBin(to, 'pytorch_model-00002-of-00002.bin', 'b', 2)
      const weight_map = { a: 'pytorch_model-00001-of-00002.bin', b: 'pytorch_model-00002-of-00002.bin' }
      await writeFile(join(to, 'pytorch_model.bin.index.json'), JSON.stringify({ weight_map }))
    })
    const checkpoint = await openCheckpoint(folder)
    expect([
      ...(await readWeight(checkpoint, 'a')),
      ...(await readWeight(checkpoint, 'b')),
      checkpoint.tensors.get('b')?.file,
    ]).toEqual([1, 2, 'pytorch_model-00002-of-00002.bin'])
  })
})

// Elsewhere the file system writes the hole out.
describe.skipIf(process.platform === 'win32')('a file of more than 4 GB', () => {
  it.each([2 ** 31 + 64, 2 ** 32 + 64])('has its tensor at %d', async (at) => {
    const folder = await newFolder()
    const path = join(folder, 'pytorch_model.bin')
    const data = pickleOf({ a: vector(2), b: vector(1, { key: '1' }) })
    await writeZip(path, [
      { name: 'm/data.pkl', data },
      { name: 'm/data/1', data: floats(7) },
      { name: 'm/data/0', data: floats(8, 9), at },
    ])
    const tensors = await readTorchFile(path)
    expect(tensors.get('a')).toMatchObject({ offset: at + 30 + 'm/data/0'.length, length: 8 })
    expect([
      ...(await readTensor(folder, tensors.get('a')!)),
      ...(await readTensor(folder, tensors.get('b')!)),
    ]).toEqual([8, 9, 7])
    expect(await asWeight(folder, tensors.get('a')!)).toEqual([8, 9])
  })
})

describe('a file that is not read', () => {
  const refusal = (path: string, code: string, facts: object = {}) =>
    expect(readTorchFile(path)).rejects.toMatchObject({
      error: { code: `checkpoint/${code}`, facts: { file: path, ...facts } },
    })

  it('in the format before the zip archive asks for safetensors', () =>
    refusal(join(GOLDEN, 'legacy_format.bin'), 'torch-legacy'))

  it.each<[string, string, string]>([
    ['a function', 'cos\nsystem\n(X\x02\0\0\0lstR', 'os.system'],
    ['a function named on the stack', '\x8c\x05posix\x8c\x06system\x93', 'posix.system'],
    ['a function that is never called', '}cbuiltins\neval\n0', 'builtins.eval'],
    ['a member of every object', 'cconstructor\nname\n)R', 'constructor.name'],
    ['an instance', '(ios\nsystem\n', 'opcode 0x69'],
    ['a storage that is called', 'ctorch\nFloatStorage\n)R', 'torch.FloatStorage'],
    ['a list of values', ']', 'no state dict'],
  ])('names %s', async (_, code, found) => refusal(await torchFile(pickle(code)), 'torch-refused', { found }))

  it.each<[string, Buffer]>([
    ['ends early', pickle('}').subarray(0, 3)],
    ['takes from an empty stack', pickle('s')],
    ['takes from behind a mark', pickle('}K\x01(K\x02s')],
    ['recalls what it never stored', pickle('h\x05')],
    ['has no end of its mark', pickle('u')],
    ['claims a long text', pickle('X\xff\xff\xff\x7f')],
    ['builds a tensor from nothing', pickle('ctorch._utils\n_rebuild_tensor_v2\n)R')],
    ['points to a storage that is missing', pickleOf({ w: vector(1, { key: '7' }) })],
    ['has negative sizes', pickleOf({ w: vector(-1) })],
  ])('has a pickle that %s', async (_, data) => refusal(await torchFile(data, floats(1)), 'torch-damaged'))

  it('holds less than a tensor needs', async () =>
    refusal(await torchFile(pickleOf({ w: vector(3, { offset: 1 }) }), floats(1, 2, 3)), 'offsets-invalid', {
      tensor: 'w',
      expected: 16,
      found: 12,
    }))

  it('holds numbers that we do not know', async () =>
    refusal(
      await torchFile(pickleOf({ w: vector(1, { storage: 'ComplexFloatStorage' }) }), floats(1, 2)),
      'dtype-unknown',
      { tensor: 'w', found: 'ComplexFloatStorage' },
    ))

  it('is compressed or big-endian', async () => {
    const path = join(await newFolder(), 'w.bin')
    await writeZip(path, [{ name: 'm/data.pkl', data: pickleOf({}), method: 8 }])
    await refusal(path, 'torch-unsupported', { found: 'zip compression' })
    await writeZip(path, [
      { name: 'm/data.pkl', data: pickleOf({}) },
      { name: 'm/byteorder', data: Buffer.from('big') },
    ])
    await refusal(path, 'torch-unsupported', { found: 'byte order big' })
  })

  it('is cut off anywhere, or empty', async () => {
    const path = join(await newFolder(), 'cut.bin')
    const whole = await readFile(BIN)
    for (const length of [0, 3, 5000, 100_000, whole.length - 400, whole.length - 60, whole.length - 1]) {
      await writeFile(path, whole.subarray(0, length))
      await refusal(path, 'torch-damaged')
    }
  })

  it('lacks its beginning', async () => {
    const path = join(await newFolder(), 'cut.bin')
    await writeFile(path, (await readFile(BIN)).subarray(1000))
    await refusal(path, 'torch-damaged')
  })

  it('is missing', async () => {
    const file = join(await newFolder(), 'none.bin')
    await expect(readTorchFile(file)).rejects.toMatchObject({ error: { code: 'file/not-found', facts: { file } } })
  })
})

describe('a pickle as a program', () => {
  const KNOWN = '\x80\x95(N\x88\x89KMJ\x8aGX\x8cU}])t\x85\x86\x87qr\x94hjc\x93RQsuaeb.'
  const others = Array.from({ length: 256 }, (_, code) => code).filter(
    (code) => !KNOWN.includes(String.fromCharCode(code)),
  )

  it('is refused at every opcode that a state dict does not need', () => {
    for (const code of others) {
      expect(() => unpickle(pickle('}', String.fromCharCode(code)), 'x')).toThrow(
        expect.objectContaining({
          error: { code: 'checkpoint/torch-refused', facts: { file: 'x', found: `opcode 0x${code.toString(16)}` } },
        }),
      )
    }
    expect(others).toHaveLength(256 - KNOWN.length)
  })

  it.each([
    ['objects', ']'.repeat(1_000_001)],
    ['steps', 'N'.repeat(4_000_001)],
    ['memories', `N${'\x94'.repeat(1_000_001)}`],
  ])('is refused at too many %s', (_, code) => {
    expect(() => unpickle(pickle(code), 'x')).toThrow(
      expect.objectContaining({ error: expect.objectContaining({ code: 'checkpoint/too-many' }) }),
    )
  })

  it('takes as much as the largest models need', () => {
    expect(unpickle(pickle(`(${']'.repeat(999_000)}t`), 'x')).toHaveLength(999_000)
  })
})
