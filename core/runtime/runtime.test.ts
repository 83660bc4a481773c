import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { OrtError } from './ort-error.ts'
import { openRuntime } from './runtime.ts'
import { externalWeight, model, node, port, weight } from './testing/test-model.ts'
import type { Session } from './session.ts'

const runtime = openRuntime()
const cpu = runtime.device('cpu')
const folder = mkdtempSync(join(tmpdir(), 'terakoya-runtime-'))

/** p' = p + g, s = Σ p' */
const accumulate = model({
  nodes: [node('Add', ['p', 'g'], ['next']), node('ReduceSum', ['next'], ['sum'], { keepdims: 0 })],
  inputs: [port('p', 'float32', ['N']), port('g', 'float32', ['N'])],
  outputs: [port('next', 'float32', ['N']), port('sum', 'float32', [])],
})
/** Doubles x `turns` times: long enough to be stopped. */
const slow = model({
  nodes: Array.from({ length: 400 }, (_, i) =>
    node('Softmax', [i === 0 ? 'x' : `t${i}`], [i === 399 ? 'y' : `t${i + 1}`]),
  ),
  inputs: [port('x', 'float32', [64, 65536])],
  outputs: [port('y', 'float32', [64, 65536])],
})

/** Opens a session, hands it over and disposes of it. */
async function withSession<R>(bytes: Uint8Array, use: (session: Session) => Promise<R>, options = {}): Promise<R> {
  const session = await cpu.createSession(bytes, options)
  try {
    return await use(session)
  } finally {
    session.dispose()
  }
}

afterAll(() => {
  rmSync(folder, { recursive: true })
  expect(runtime.live()).toEqual({ session: 0, tensor: 0, binding: 0 })
})

describe('tensors', () => {
  it('give back what was written, in every element type', async () => {
    const written = {
      float32: Float32Array.of(1.5, -2, 3e30),
      float16: Uint16Array.of(0x3c00, 0xc000, 1),
      bfloat16: Uint16Array.of(0x3f80, 0, 0xffff),
      int32: Int32Array.of(-1, 2, 2 ** 31 - 1),
      int64: BigInt64Array.of(-1n, 2n, 2n ** 62n),
      bool: Uint8Array.of(0, 1, 1),
      int8: Int8Array.of(-128, 0, 127),
      uint8: Uint8Array.of(0, 128, 255),
      uint32: Uint32Array.of(0, 1, 2 ** 32 - 1),
    } as const
    for (const [dtype, data] of Object.entries(written)) {
      const tensor = cpu.tensor(dtype as 'float32', [3], data as Float32Array<ArrayBuffer>)
      expect(await tensor.read()).toEqual(data)
      tensor.dispose()
    }
  })

  it('start as zeros, take part of their elements, and know scalars and empty shapes', async () => {
    const part = cpu.tensor('int32', [2, 2])
    part.write(Int32Array.of(7, 8), 1)
    const scalar = cpu.tensor('float32', [], Float32Array.of(4))
    const empty = cpu.tensor('float32', [0, 8])
    expect([await part.read(), await scalar.read(), await empty.read()]).toEqual([
      Int32Array.of(0, 7, 8, 0),
      Float32Array.of(4),
      new Float32Array(0),
    ])
    for (const tensor of [part, scalar, empty]) tensor.dispose()
  })

  it('refuse arrays of another type or length, and use after disposal', async () => {
    const tensor = cpu.tensor('int64', [2])
    expect(() => tensor.write(Int32Array.of(1) as never)).toThrow('a int64 tensor cannot take a Int32Array')
    expect(() => tensor.write(new BigInt64Array(2), 1)).toThrow('2 elements at 1 do not fit into 2')
    expect(() => cpu.tensor('float32', [-1])).toThrow('expected whole sizes')
    tensor.dispose()
    await expect(tensor.read()).rejects.toThrow('int64[2] tensor was disposed of')
  })
})

describe('a session', () => {
  it('outlives the garbage collector', () =>
    withSession(accumulate, async (session) => {
      const [p, g] = [cpu.tensor('float32', [3]), cpu.tensor('float32', [3], Float32Array.of(1, 2, 3))]
      const binding = session.bind({ inputs: { p, g }, outputs: { next: p } })
      setFlagsFromString('--expose-gc')
      const collect = runInNewContext('gc') as () => void
      for (let run = 0; run < 3; run++) {
        const running = binding.run()
        collect()
        await running
      }
      expect(await p.read()).toEqual(Float32Array.of(3, 6, 9))
      for (const made of [binding, p, g]) made.dispose()
    }))

  it('tells its inputs and outputs', () =>
    withSession(accumulate, async (session) => {
      expect(session.inputs).toEqual([
        { name: 'p', dtype: 'float32', shape: ['N'], memory: 'Cpu' },
        { name: 'g', dtype: 'float32', shape: ['N'], memory: 'Cpu' },
      ])
      expect(session.outputs.map(({ name, shape }) => [name, shape])).toEqual([
        ['next', ['N']],
        ['sum', []],
      ])
    }))

  it('keeps state in one tensor that is input and output, and sees inputs written between runs', () =>
    withSession(accumulate, async (session) => {
      const [p, g, sum] = [
        cpu.tensor('float32', [3]),
        cpu.tensor('float32', [3], Float32Array.of(1, 2, 3)),
        cpu.tensor('float32', []),
      ]
      const binding = session.bind({ inputs: { p, g }, outputs: { next: p, sum } })
      const sums: number[] = []
      for (let run = 0; run < 3; run++) {
        await binding.run()
        sums.push((await sum.read())[0]!)
      }
      g.write(Float32Array.of(10, 0, 0))
      await binding.run()
      expect([sums, [...(await p.read())]]).toEqual([
        [6, 12, 18],
        [13, 6, 9],
      ])
      for (const made of [binding, p, g, sum]) made.dispose()
    }))

  it('shares tensors with another session', async () => {
    const [first, second] = await Promise.all([cpu.createSession(accumulate), cpu.createSession(accumulate)])
    const [p, g, sum] = [
      cpu.tensor('float32', [1]),
      cpu.tensor('float32', [1], Float32Array.of(1)),
      cpu.tensor('float32', []),
    ]
    const bindings = [first, second].map((session) => session.bind({ inputs: { p, g }, outputs: { next: p, sum } }))
    for (const binding of [...bindings, ...bindings]) await binding.run()
    expect(await p.read()).toEqual(Float32Array.of(4))
    for (const made of [...bindings, p, g, sum, first, second]) made.dispose()
  })

  it('reads weights from a place inside a file of the weights folder', async () => {
    const bytes = new Uint8Array(13 + 12)
    bytes.set(new Uint8Array(Float32Array.of(5, 6, 7).buffer), 13)
    writeFileSync(join(folder, 'model.safetensors'), bytes)
    const graph = (file: string) =>
      model({
        nodes: [node('Add', ['x', 'w'], ['y'])],
        inputs: [port('x', 'float32', [3])],
        outputs: [port('y', 'float32', [3])],
        weights: [externalWeight('w', 'float32', [3], { file, offset: 13, length: 12 })],
      })
    await withSession(
      graph('model.safetensors'),
      async (session) => {
        const [x, y] = [cpu.tensor('float32', [3], Float32Array.of(1, 1, 1)), cpu.tensor('float32', [3])]
        const binding = session.bind({ inputs: { x }, outputs: { y } })
        await binding.run()
        expect(await y.read()).toEqual(Float32Array.of(6, 7, 8))
        for (const made of [binding, x, y]) made.dispose()
      },
      { weightsFolder: folder },
    )
    const missing = cpu.createSession(graph('absent.safetensors'), { weightsFolder: folder })
    await expect(missing).rejects.toMatchObject({ error: { code: 'runtime/weights-unreadable', facts: { folder } } })
    const truncated = cpu.createSession(graph('short.safetensors'), { weightsFolder: folder })
    writeFileSync(join(folder, 'short.safetensors'), bytes.subarray(0, 20))
    await expect(truncated).rejects.toMatchObject({ error: { code: 'runtime/weights-unreadable', facts: { folder } } })
  })

  it('takes a tensor for an initializer, shared by sessions', async () => {
    const graph = model({
      nodes: [node('Mul', ['x', 'w'], ['y'])],
      inputs: [port('x', 'float32', [2])],
      outputs: [port('y', 'float32', [2])],
      weights: [weight('w', 'float32', [2], new Float32Array(2))],
    })
    const [w, x, y] = [
      cpu.tensor('float32', [2], Float32Array.of(3, 4)),
      cpu.tensor('float32', [2], Float32Array.of(2, 2)),
      cpu.tensor('float32', [2]),
    ]
    await withSession(
      graph,
      async (session) => {
        const binding = session.bind({ inputs: { x }, outputs: { y } })
        await binding.run()
        binding.dispose()
      },
      { initializers: { w } },
    )
    expect(await y.read()).toEqual(Float32Array.of(6, 8))
    for (const made of [w, x, y]) made.dispose()
  })

  it('leaves the event loop free, and stops within an operator', () =>
    withSession(slow, async (session) => {
      const [x, y] = [cpu.tensor('float32', [64, 65536]), cpu.tensor('float32', [64, 65536])]
      const binding = session.bind({ inputs: { x }, outputs: { y } })
      const stop = new AbortController()
      let turns = 0
      const ticking = setInterval(() => {
        turns += 1
        if (turns === 5) stop.abort(new Error('stopped by the user'))
      }, 2)
      const started = performance.now()
      await expect(binding.run({ signal: stop.signal })).rejects.toThrow('stopped by the user')
      clearInterval(ticking)
      expect([turns >= 5, performance.now() - started < 2000]).toEqual([true, true])
      await expect(binding.run({ signal: stop.signal })).rejects.toThrow('stopped by the user')
      for (const made of [binding, x, y]) made.dispose()
    }))

  it('runs two bindings at a time, but not one binding twice', () =>
    withSession(slow, async (session) => {
      const tensors = [0, 1].map(() => ({
        x: cpu.tensor('float32', [64, 65536]),
        y: cpu.tensor('float32', [64, 65536]),
      }))
      const bindings = tensors.map(({ x, y }) => session.bind({ inputs: { x }, outputs: { y } }))
      const stop = new AbortController()
      const runs = bindings.map((binding) => binding.run({ signal: stop.signal }))
      await expect(bindings[0]!.run()).rejects.toThrow('it is running')
      bindings[1]!.dispose()
      session.dispose()
      stop.abort()
      expect((await Promise.allSettled(runs)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      for (const made of [bindings[0]!, ...tensors.flatMap(({ x, y }) => [x, y])]) made.dispose()
    }))
})

describe('errors', () => {
  it('say which input does not fit', () =>
    withSession(accumulate, async (session) => {
      const [vector, matrix, whole] = [
        cpu.tensor('float32', [2]),
        cpu.tensor('float32', [1, 2]),
        cpu.tensor('int32', [2]),
      ]
      expect(() => session.bind({ inputs: { p: vector }, outputs: {} })).toThrow('input "g" is not bound')
      expect(() => session.bind({ inputs: { p: vector, g: matrix }, outputs: {} })).toThrow(
        'input "g" is float32[N], got float32[1, 2]',
      )
      expect(() => session.bind({ inputs: { p: vector, g: whole }, outputs: {} })).toThrow(
        'input "g" is float32[N], got int32[2]',
      )
      expect(() => session.bind({ inputs: { p: vector, g: vector, q: vector }, outputs: {} })).toThrow(
        'no input "q"; there are p, g',
      )
      for (const made of [vector, matrix, whole]) made.dispose()
    }))

  it('name the operator whose shapes do not go together', () =>
    withSession(accumulate, async (session) => {
      const [p, g] = [cpu.tensor('float32', [2]), cpu.tensor('float32', [3])]
      const binding = session.bind({ inputs: { p, g }, outputs: { next: p } })
      await expect(binding.run()).rejects.toThrow(/Add/)
      for (const made of [binding, p, g]) made.dispose()
    }))

  it('come from a model that is none or uses unknown operators', async () => {
    await expect(cpu.createSession(Uint8Array.of(1, 2, 3))).rejects.toThrow(OrtError)
    const unknown = model({
      nodes: [node('Sing', ['x'], ['y'])],
      inputs: [port('x', 'float32', [1])],
      outputs: [port('y', 'float32', [1])],
    })
    await expect(cpu.createSession(unknown)).rejects.toThrow(/Sing/)
  })
})
