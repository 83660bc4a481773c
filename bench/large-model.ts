import { randomFillSync } from 'node:crypto'
import { copyFile, mkdir, open, writeFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { root } from './measure.ts'

/** The shape of LINE's japanese-large-lm-1.7b: 1,652,230,656 numbers. */
const shape = { vocab_size: 51200, n_positions: 2048, n_embd: 2304, n_layer: 24, n_head: 24, n_inner: 9216 }

/** Names and shapes of a GPT-2's weights, in the order in which torch keeps them. */
function weightShapes(): [name: string, sizes: number[]][] {
  const { vocab_size: V, n_positions: T, n_embd: C, n_layer, n_inner: F } = shape
  const layer = (index: number): [string, number[]][] =>
    [
      ['ln_1.weight', [C]],
      ['ln_1.bias', [C]],
      ['attn.c_attn.weight', [C, 3 * C]],
      ['attn.c_attn.bias', [3 * C]],
      ['attn.c_proj.weight', [C, C]],
      ['attn.c_proj.bias', [C]],
      ['ln_2.weight', [C]],
      ['ln_2.bias', [C]],
      ['mlp.c_fc.weight', [C, F]],
      ['mlp.c_fc.bias', [F]],
      ['mlp.c_proj.weight', [F, C]],
      ['mlp.c_proj.bias', [C]],
    ].map(([name, sizes]) => [`transformer.h.${index}.${name as string}`, sizes as number[]])
  return [
    ['transformer.wte.weight', [V, C]],
    ['transformer.wpe.weight', [T, C]],
    ...Array.from({ length: n_layer }, (_, index) => layer(index)).flat(),
    ['transformer.ln_f.weight', [C]],
    ['transformer.ln_f.bias', [C]],
  ]
}

/**
 * Writes a model folder in LINE's shape with random weights, as torch.save writes a state dict (a zip of a pickle and
 * one stored entry a tensor): 3.3 GB of float16. The tokenizer is the tiny model's.
 */
export async function writeLargeModel(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const config = {
    ...shape,
    model_type: 'gpt2',
    architectures: ['GPT2LMHeadModel'],
    activation_function: 'gelu',
    layer_norm_epsilon: 1e-5,
    attn_pdrop: 0.1,
    embd_pdrop: 0.1,
    resid_pdrop: 0.1,
    bos_token_id: 1,
    eos_token_id: 2,
    tie_word_embeddings: true,
    torch_dtype: 'float16',
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config, null, 2))
  const tiny = join(root, 'resources', 'models', 'terakoya-tiny-ja')
  for (const file of ['spiece.model', 'tokenizer_config.json']) await copyFile(join(tiny, file), join(folder, file))
  const file = await open(join(folder, 'pytorch_model.bin'), 'w')
  try {
    await writeZip(file)
  } finally {
    await file.close()
  }
}

async function writeZip(file: FileHandle): Promise<void> {
  const weights = weightShapes()
  const zip = new Zip(file)
  await zip.add('archive/data.pkl', [pickleOf(weights)])
  await zip.add('archive/version', [Buffer.from('3\n')])
  for (const [index, [name, sizes]] of weights.entries()) {
    const count = sizes.reduce((product, size) => product * size, 1)
    await zip.add(`archive/data/${index}`, pieces(count, name))
  }
  await zip.end()
}

const PIECE_ELEMENTS = 2 ** 22
const ONE = 0x3c00

/**
 * Norms are ones and biases zeros; matrices are drawn from about ±0.03 once, and the same numbers used again from
 * another place each time.
 */
function* pieces(count: number, name: string): Generator<Buffer> {
  if (sourceOfNoise === null) sourceOfNoise = noise(PIECE_ELEMENTS)
  const constant = name.endsWith('.bias') ? 0 : /ln_\w+\.weight$/.test(name) ? ONE : null
  for (let done = 0; done < count; done += PIECE_ELEMENTS) {
    const length = Math.min(PIECE_ELEMENTS, count - done)
    const halves = constant === null ? sourceOfNoise.subarray(0, length) : new Uint16Array(length).fill(constant)
    yield Buffer.from(halves.buffer, halves.byteOffset, halves.byteLength)
  }
}

let sourceOfNoise: Uint16Array | null = null

/** Random halves between -2⁻⁵ and 2⁻⁵: sign and fraction random, exponent 2⁻⁶ or 2⁻⁷. */
function noise(count: number): Uint16Array {
  const bits = randomFillSync(new Uint16Array(count))
  return bits.map((word) => (word & 0x83ff) | ((8 + ((word >>> 10) & 1)) << 10))
}

/** A pickle (protocol 2) of OrderedDict {name: tensor}, each tensor rebuilt from its own storage as torch does. */
function pickleOf(weights: readonly (readonly [string, readonly number[]])[]): Buffer {
  const parts: (Buffer | string)[] = [Buffer.from([0x80, 2]), 'ccollections\nOrderedDict\n)R(']
  const text = (value: string) => {
    const bytes = Buffer.from(value)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return Buffer.concat([Buffer.from('X'), length, bytes])
  }
  const int = (value: number) => {
    const bytes = Buffer.alloc(5)
    bytes.write('J')
    bytes.writeInt32LE(value, 1)
    return bytes
  }
  for (const [index, [name, sizes]] of weights.entries()) {
    const count = sizes.reduce((product, size) => product * size, 1)
    const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1))
    parts.push(
      text(name),
      'ctorch._utils\n_rebuild_tensor_v2\n((',
      text('storage'),
      'ctorch\nHalfStorage\n',
      text(String(index)),
      text('cpu'),
      int(count),
      'tQ',
      int(0),
    )
    parts.push(
      '(',
      ...sizes.map(int),
      't(',
      ...strides.map(int),
      't',
      Buffer.from([0x89]),
      'ccollections\nOrderedDict\n)RtR',
    )
  }
  parts.push('u.')
  return Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)))
}

const ALIGNMENT = 64

/** A zip file of stored entries whose contents begin at multiples of 64, as torch writes them; under 4 GB. */
class Zip {
  readonly #file: FileHandle
  readonly #directory: Buffer[] = []
  #offset = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async add(name: string, contents: Iterable<Buffer>): Promise<void> {
    const start = this.#offset
    const nameBytes = Buffer.from(name)
    const padding = (ALIGNMENT - ((start + 30 + nameBytes.length + 4) % ALIGNMENT)) % ALIGNMENT
    const extra = Buffer.alloc(4 + padding)
    extra.write('FB')
    extra.writeUInt16LE(padding, 2)
    const header = Buffer.alloc(30)
    this.#offset += header.length + nameBytes.length + extra.length
    let crc = 0
    let size = 0
    for (const piece of contents) {
      crc = crc32(piece, crc)
      size += piece.length
      await this.#write(piece)
    }
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt32LE(crc, 10)
    fields.writeUInt32LE(size, 14)
    fields.writeUInt32LE(size, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    fields.writeUInt16LE(extra.length, 24)
    header.writeUInt32LE(0x04034b50, 0)
    fields.copy(header, 4)
    await this.#file.write(Buffer.concat([header, nameBytes, extra]), 0, undefined, start)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(20, 4)
    fields.copy(entry, 6)
    entry.writeUInt16LE(0, 30)
    entry.writeUInt32LE(start, 42)
    this.#directory.push(Buffer.concat([entry, nameBytes]))
  }

  async end(): Promise<void> {
    const directory = Buffer.concat(this.#directory)
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(this.#directory.length, 8)
    end.writeUInt16LE(this.#directory.length, 10)
    end.writeUInt32LE(directory.length, 12)
    end.writeUInt32LE(this.#offset, 16)
    await this.#write(Buffer.concat([directory, end]))
  }

  async #write(bytes: Buffer): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#offset)
    this.#offset += bytes.length
  }
}
