// The pickle of a state dict, read as data. Pickle is a small stack language in which a file may call any function of
// its reader; here only the opcodes below exist, and the only callables are the ones that build plain values. Opcodes:
// https://github.com/python/cpython/blob/3.12/Lib/pickletools.py
import { MAX_PICKLE_STEPS } from './limits.ts'
import { PickleMachine, refused, tooMany, type Pickled } from './torch-pickle-machine.ts'

const STOP = 0x2e

/**
 * Returns what a pickle describes. Throws UserError 'checkpoint/torch-refused' for anything but tensors and plain
 * values, 'checkpoint/torch-damaged', 'checkpoint/too-many'.
 */
export function unpickle(bytes: Buffer, path: string): Pickled {
  const machine = new PickleMachine(bytes, path)
  let steps = 0
  for (let code = machine.uint(1); code !== STOP; code = machine.uint(1)) {
    if (++steps > MAX_PICKLE_STEPS) throw tooMany(path, MAX_PICKLE_STEPS)
    const operation = operations[code]
    if (!operation) throw refused(path, `opcode 0x${code.toString(16)}`)
    operation(machine)
  }
  return machine.pop()
}

const operations: Readonly<Record<number, (m: PickleMachine) => void>> = {
  0x80: (m) => void m.take(1), // PROTO
  0x95: (m) => void m.take(8), // FRAME
  0x28: (m) => m.mark(), // MARK
  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true), // NEWTRUE
  0x89: (m) => m.push(false), // NEWFALSE
  0x4b: (m) => m.push(m.uint(1)), // BININT1
  0x4d: (m) => m.push(m.uint(2)), // BININT2
  0x4a: (m) => m.push(m.take(4).readInt32LE()), // BININT
  0x8a: (m) => m.push(signed(m.take(m.uint(1)))), // LONG1
  0x47: (m) => m.push(m.take(8).readDoubleBE()), // BINFLOAT
  0x58: (m) => m.push(m.take(m.uint(4)).toString('utf8')), // BINUNICODE
  0x8c: (m) => m.push(m.take(m.uint(1)).toString('utf8')), // SHORT_BINUNICODE
  0x55: (m) => m.push(m.take(m.uint(1)).toString('latin1')), // SHORT_BINSTRING
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x85: (m) => m.popTuple(1), // TUPLE1
  0x86: (m) => m.popTuple(2), // TUPLE2
  0x87: (m) => m.popTuple(3), // TUPLE3
  0x71: (m) => m.remember(m.uint(1)), // BINPUT
  0x72: (m) => m.remember(m.uint(4)), // LONG_BINPUT
  0x94: (m) => m.remember(), // MEMOIZE
  0x68: (m) => m.recall(m.uint(1)), // BINGET
  0x6a: (m) => m.recall(m.uint(4)), // LONG_BINGET
  0x63: (m) => m.global(m.line(), m.line()), // GLOBAL
  0x93: (m) => {
    // STACK_GLOBAL
    const name = m.pop()
    m.global(m.pop(), name)
  },
  0x52: (m) => m.call(), // REDUCE
  0x51: (m) => m.storage(), // BINPERSID
  0x73: (m) => {
    // SETITEM
    const value = m.pop()
    m.setItems([m.pop(), value])
  },
  0x75: (m) => m.setItems(m.popToMark()), // SETITEMS
  0x61: (m) => m.append([m.pop()]), // APPEND
  0x65: (m) => m.append(m.popToMark()), // APPENDS
  0x62: (m) => {
    // BUILD: attributes of the state dict (module versions), which say nothing about the weights
    m.pop()
    if (!(m.top() instanceof Map)) throw refused(m.path, 'opcode 0x62')
  },
}

/** A little-endian two's complement number of any length. */
function signed(bytes: Buffer): number {
  const hex = Buffer.from(bytes).reverse().toString('hex')
  return hex === '' ? 0 : Number(BigInt.asIntN(bytes.length * 8, BigInt(`0x${hex}`)))
}
