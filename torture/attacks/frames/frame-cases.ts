import { randomBytes } from 'node:crypto'
import { KEY_HEADER } from '../../../electron/wire/key.ts'
import type { Random } from '../../harness/random.ts'
import { latin, type CaseMaker, type Known, type RawCase } from './raw.ts'

const MB = 2 ** 20

interface FrameOptions {
  readonly opcode?: number
  readonly isFinal?: boolean
  readonly reserved?: number
  readonly isMasked?: boolean
  /** What the header says instead of the real length. */
  readonly claimed?: bigint
}

/** A WebSocket frame as RFC 6455 lays it out, or not. */
function frame(
  payload: string | Uint8Array,
  { opcode = 1, isFinal = true, reserved = 0, isMasked = true, claimed }: FrameOptions = {},
): Uint8Array {
  const data = typeof payload === 'string' ? Buffer.from(payload) : Buffer.from(payload)
  const length = claimed ?? BigInt(data.length)
  const size =
    length < 126n
      ? Buffer.from([Number(length)])
      : length < 65_536n
        ? Buffer.from([126, Number(length) >> 8, Number(length) & 255])
        : Buffer.concat([Buffer.from([127]), sixtyFour(length)])
  size[0] = (size[0] ?? 0) | (isMasked ? 0x80 : 0)
  const mask = isMasked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0)
  const body = isMasked ? Buffer.from(data.map((byte, index) => byte ^ ((index % 4) + 1))) : data
  return Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | (reserved << 4) | opcode]), size, mask, body])
}

function sixtyFour(value: bigint): Buffer {
  const buffer = Buffer.alloc(8)
  buffer.writeBigUInt64BE(BigInt.asUintN(64, value))
  return buffer
}

const handshake = ({ port, cookie, key }: Known, changes: Readonly<Record<string, string | null>> = {}): Uint8Array => {
  const headers: Record<string, string | null> = {
    Host: `127.0.0.1:${port}`,
    Cookie: cookie,
    [KEY_HEADER]: key,
    Origin: `http://127.0.0.1:${port}`,
    Upgrade: 'websocket',
    Connection: 'Upgrade',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...changes,
  }
  return latin(
    [
      'GET /studio HTTP/1.1',
      ...Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`])),
      '',
      '',
    ].join('\r\n'),
  )
}

const after = (known: Known, name: string, ...frames: readonly Uint8Array[]): RawCase => ({
  name,
  bytes: [handshake(known), ...frames],
  isAllowed: true,
  isBroken: known.random.chance(0.1),
})

/** Messages that are no call. */
const messages = [
  '',
  ' ',
  'null',
  '{}',
  '[]',
  '0',
  'true',
  '"text"',
  '{',
  '\u0000',
  '{"id":1}',
  '{"id":1,"name":7,"input":{}}',
  '{"id":1,"name":null}',
  '{"id":null,"name":"datasets.list","input":{}}',
  '{"id":"x","name":"datasets.list"}',
  '{"id":1e999,"name":"datasets.list","input":{}}',
  '{"id":1,"name":["datasets.list"],"input":{}}',
  '{"id":1,"name":"__proto__","input":{}}',
  '{"id":1,"name":"constructor.prototype","input":null}',
  '{"id":1,"name":"datasets.__proto__","input":{}}',
  '{"__proto__":{"name":"datasets.list"},"id":1}',
  '{"id":1,"name":"datasets.page","input":{"id":{"toString":1}}}',
  '{"id":{"a":1},"name":"datasets.list","input":{}}',
  `${'['.repeat(50_000)}${']'.repeat(50_000)}`,
  `{"id":1,"name":"${'x'.repeat(100_000)}","input":{}}`,
  '{"id":1,"name":"datasets.list","input":{}}{"id":2}',
  '\ufeff{"id":1,"name":"datasets.list","input":{}}',
  '{"id":-0,"name":"","input":""}',
]
const closings = (random: Random): Uint8Array => {
  const code = random.pick([0, 1, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])
  return Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(random.pick(['', 'bye', '\xff']), 'latin1')])
}
const badUtf8 = (random: Random): Uint8Array =>
  Buffer.from(random.pick(['c328', 'ff', 'eda080', 'f8888080', 'c0af', 'e28228', 'f0288cbc']), 'hex')

export const frameCases: readonly CaseMaker[] = [
  (known) => ({ name: 'an upgrade without the cookie', bytes: [handshake(known, { Cookie: null })], isAllowed: false }),
  (known) => {
    const fill = known.random.pick(['\x80', '\xff', '\xe9', 'x', ' '])
    const [name = '', value = ''] = known.cookie.split('=')
    return {
      name: `an upgrade with a cookie of ${JSON.stringify(fill)}`,
      bytes: [handshake(known, { Cookie: `${name}=${fill.repeat(value.length)}` })],
      isAllowed: false,
    }
  },
  (known) => ({
    name: 'an upgrade without the key',
    bytes: [handshake(known, { [KEY_HEADER]: known.random.pick([null, '', 'x', '0'.repeat(48)]) })],
    isAllowed: false,
  }),
  (known) => ({
    name: 'an upgrade of a foreign Origin',
    bytes: [
      handshake(known, {
        Origin: known.random.pick([null, 'null', 'https://evil.example', `https://127.0.0.1:${known.port}`, '\xff']),
      }),
    ],
    isAllowed: false,
  }),
  (known) => ({
    name: 'an upgrade of a foreign Host',
    bytes: [handshake(known, { Host: known.random.pick([null, 'evil.example', '', '\xff']) })],
    isAllowed: false,
  }),
  (known) => ({
    name: 'an upgrade with a strange header',
    bytes: [
      handshake(
        known,
        known.random.pick<Record<string, string | null>>([
          { 'Sec-WebSocket-Key': 'short' },
          { 'Sec-WebSocket-Key': null },
          { 'Sec-WebSocket-Version': '99' },
          { 'Sec-WebSocket-Version': null },
          { Upgrade: 'h2c' },
          { Connection: 'close' },
          { 'Sec-WebSocket-Extensions': 'permessage-deflate; server_max_window_bits=99' },
          { 'Sec-WebSocket-Extensions': '\xff;;;=' },
          { 'Sec-WebSocket-Protocol': ',,,' },
        ]),
      ),
    ],
    isAllowed: true,
  }),
  (known) =>
    after(known, 'an unknown opcode', frame('{}', { opcode: known.random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) })),
  (known) => after(known, 'reserved bits', frame('{}', { reserved: known.random.integer(1, 7) })),
  (known) =>
    after(known, 'an unmasked frame', frame('{"id":1,"name":"datasets.list","input":{}}', { isMasked: false })),
  (known) =>
    after(
      known,
      'a frame that claims more',
      frame('x', { claimed: known.random.pick([2n ** 63n, 2n ** 64n - 1n, 2n ** 53n, 33n * BigInt(MB), 2n ** 31n]) }),
    ),
  (known) =>
    after(known, 'a fragmented control frame', frame('x', { opcode: known.random.pick([8, 9, 10]), isFinal: false })),
  (known) => after(known, 'a long control frame', frame('x'.repeat(200), { opcode: known.random.pick([8, 9, 10]) })),
  (known) => after(known, 'a text that is no UTF-8', frame(badUtf8(known.random))),
  (known) => after(known, 'a wrong closing code', frame(closings(known.random), { opcode: 8 })),
  (known) => after(known, 'a closing frame of one byte', frame(Buffer.from([3]), { opcode: 8 })),
  (known) => after(known, 'a continuation of nothing', frame('x', { opcode: 0 })),
  (known) => after(known, 'a message within a message', frame('{"a":', { isFinal: false }), frame('{}')),
  (known) =>
    after(
      known,
      'a message in many pieces',
      ...Array.from({ length: 2000 }, (_, index) => frame('a', { opcode: index === 0 ? 1 : 0, isFinal: false })),
    ),
  (known) => {
    const message = known.random.pick(messages)
    return after(known, `the message ${message.slice(0, 60)}`, frame(message))
  },
  (known) => {
    const message = known.random.pick(messages)
    return after(known, `the binary message ${message.slice(0, 60)}`, frame(message, { opcode: 2 }))
  },
  (known) =>
    after(
      known,
      'calls after a message that closes',
      frame('', { opcode: 2 }),
      ...Array.from({ length: 5 }, (_, id) =>
        frame(JSON.stringify({ id, name: 'datasets.list', input: { text: 'x'.repeat(50_000) } })),
      ),
    ),
  (known) =>
    after(
      known,
      'a call of many empty lists',
      frame(`{"id":1,"name":"datasets.edit","input":{"id":"a","edits":[${'[],'.repeat(100_000)}[]]}}`),
    ),
  (known) => after(known, 'random frames', randomBytes(known.random.integer(1, 5000))),
  (known) => after(known, 'many pings', ...Array.from({ length: 300 }, () => frame('p', { opcode: 9 }))),
  (known) =>
    after(
      known,
      'many calls and no farewell',
      ...Array.from({ length: 10 }, (_, id) => frame(JSON.stringify({ id, name: 'datasets.list', input: {} }))),
    ),
]
