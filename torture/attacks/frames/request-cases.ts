import type { Random } from '../../harness/random.ts'
import { latin, type CaseMaker, type Known, type RawCase } from './raw.ts'

const KB = 1024
const text = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(random.integer(33, 126))).join('')
const bytes = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(random.integer(0, 255))).join('')

/** A request made of its lines; half of them carry the cookie. */
function request(
  { port, cookie, random }: Known,
  name: string,
  first: string,
  headers: readonly string[] = [],
  body = '',
): RawCase {
  const isAllowed = random.chance(0.5)
  const own = [`Host: 127.0.0.1:${port}`, ...(isAllowed ? [`Cookie: ${cookie}`] : [])]
  return {
    name: `${name}${isAllowed ? ' with the cookie' : ''}`,
    bytes: [latin([first, ...own, ...headers, '', body].join('\r\n'))],
    isAllowed,
  }
}

/** The same length as the right cookie, with other bytes. */
function cookieLike({ cookie }: Known, fill: string): string {
  const [name = '', value = ''] = cookie.split('=')
  return `${name}=${fill.repeat(value.length).slice(0, value.length)}`
}

const paths = [
  '/..%2f..%2f..%2fetc/passwd',
  '/%',
  '/%ff',
  '/%00',
  '//',
  '/../../package.json',
  '/..\\..\\package.json',
  '/assets/../../out/main/cli.js',
  '/%2e%2e/%2e%2e/',
  '/?token=',
  '/?token=%ff',
  '/index.html%00.js',
  '*',
  'http://evil.example/',
  '/\u00e9\u00ff',
  '/studio',
  '/upload',
  '/save',
  '/download',
  '/bridge.js/..',
  '/download?target=/etc/passwd',
  '/download?target=%00',
  '/upload?name=',
  '/upload?name=..%2f..%2fx',
  `/upload?name=${'%E3%81%82'.repeat(300)}`,
  '/upload?name=%00%0d%0a',
  '/upload?name=CON',
  '/upload?name=.',
]
const methods = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'get',
  'G E T',
  '',
  'PRI',
  'M-SEARCH',
]
const bodies = [
  '',
  'null',
  '{}',
  '[]',
  '0',
  '"',
  '{"suggestedName":null}',
  '{"suggestedName":[]}',
  '{"suggestedName":""}',
  '{"suggestedName":"../../x"}',
  '{"suggestedName":"\\u0000"}',
  `{"suggestedName":"${'a'.repeat(5000)}"}`,
  '{"__proto__":{"suggestedName":"x"}}',
  '\xff\xfe',
  '{'.repeat(5000),
  '['.repeat(20_000),
]

export const requestCases: readonly CaseMaker[] = [
  (known) => request(known, 'a strange path', `GET ${known.random.pick(paths)} HTTP/1.1`),
  (known) => request(known, 'a strange method', `${known.random.pick(methods)} ${known.random.pick(paths)} HTTP/1.1`),
  (known) =>
    request(known, 'a strange version', `GET / HTTP/${known.random.pick(['0.9', '1.0', '2.0', '9.9', '1', ''])}`),
  (known) => ({
    name: 'random bytes',
    bytes: [latin(bytes(known.random, known.random.integer(1, 4 * KB)))],
    isAllowed: false,
  }),
  (known) => ({
    name: 'half a request',
    bytes: [latin(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${known.port}\r\nCoo`)],
    isAllowed: false,
    isBroken: true,
  }),
  (known) => request(known, 'a long address', `GET /${text(known.random, known.random.integer(8, 100) * KB)} HTTP/1.1`),
  (known) =>
    request(known, 'a long header', 'GET / HTTP/1.1', [`X-Long: ${'a'.repeat(known.random.integer(8, 200) * KB)}`]),
  (known) =>
    request(
      known,
      'many headers',
      'GET / HTTP/1.1',
      Array.from({ length: known.random.integer(100, 3000) }, (_, index) => `X-${index}: 1`),
    ),
  (known) =>
    request(known, 'a header of bytes', 'GET / HTTP/1.1', [
      `X-Odd: ${bytes(known.random, 50).replaceAll(/[\r\n]/g, '')}`,
    ]),
  (known) =>
    request(known, 'a header with line ends', 'GET / HTTP/1.1', [
      'X-A: 1\n\nX-B: 2\r',
      ' folded: yes',
      ': nameless',
      'no colon',
    ]),
  (known) =>
    request(
      known,
      'lengths that disagree',
      'POST /save HTTP/1.1',
      [
        `Content-Length: ${known.random.pick(['-1', '5, 6', '99999999999999999999', 'x', '1e3', '0x10'])}`,
        'Content-Length: 3',
      ],
      '{}',
    ),
  (known) =>
    request(
      known,
      'a body shorter than it says',
      `POST ${known.random.pick(['/save', '/upload?name=a.csv'])} HTTP/1.1`,
      ['Content-Length: 100000'],
      'abc',
    ),
  (known) =>
    request(
      known,
      'broken chunks',
      `POST ${known.random.pick(['/save', '/upload?name=a.csv'])} HTTP/1.1`,
      ['Transfer-Encoding: chunked'],
      known.random.pick([
        'zz\r\nabc\r\n',
        '-5\r\nabc\r\n',
        'ffffffffffffffffff\r\na',
        '3\r\nabcd\r\n0\r\n\r\n',
        '1;a=\xff\r\na\r\n0\r\n\r\n',
      ]),
    ),
  (known) =>
    request(
      known,
      'two lengths of a body',
      'POST /save HTTP/1.1',
      ['Transfer-Encoding: chunked', 'Content-Length: 4'],
      '0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    ),
  (known) => {
    const body = known.random.pick(bodies)
    return request(
      known,
      'a strange body for /save',
      'POST /save HTTP/1.1',
      [`Content-Length: ${latin(body).length}`],
      body,
    )
  },
  (known) => {
    const fill = known.random.pick(['\x80', '\xff', '\xe9', '0', ' ', '\xc3\xa9'])
    return {
      name: `a cookie of ${JSON.stringify(fill)}`,
      bytes: [latin(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${known.port}\r\nCookie: ${cookieLike(known, fill)}\r\n\r\n`)],
      isAllowed: false,
    }
  },
  (known) => {
    const wrong = known.random.pick([
      'evil.example',
      '127.0.0.1',
      '',
      `127.0.0.1:${known.port}.evil.example`,
      `127.0.0.1:${known.port}@evil.example`,
      'localhost:1',
      '[::1]',
      `0x7f.1:${known.port}`,
      '\xff',
    ])
    return {
      name: `the Host ${JSON.stringify(wrong)}`,
      bytes: [latin(`GET / HTTP/1.1\r\nHost: ${wrong}\r\nCookie: ${known.cookie}\r\n\r\n`)],
      isAllowed: false,
    }
  },
  (known) => ({
    name: 'a foreign Origin',
    bytes: [
      latin(
        `POST /save HTTP/1.1\r\nHost: 127.0.0.1:${known.port}\r\nCookie: ${known.cookie}\r\nOrigin: ${known.random.pick(['https://evil.example', 'null', 'file://', `https://127.0.0.1:${known.port}`])}\r\nContent-Length: 21\r\n\r\n{"suggestedName":"x"}`,
      ),
    ],
    isAllowed: false,
  }),
  (known) =>
    request(known, 'many cookies', 'GET / HTTP/1.1', [
      `Cookie: ${Array.from({ length: 500 }, (_, index) => `a${index}=${text(known.random, 3)}`).join('; ')}`,
    ]),
  (known) => ({
    name: 'a guessed token',
    bytes: [
      latin(
        `${known.random.pick(['GET', 'HEAD'])} /?token=${known.random.pick(['', '0'.repeat(48), '%80'.repeat(48), '\xe9'.repeat(48)])} HTTP/1.1\r\nHost: 127.0.0.1:${known.port}\r\n\r\n`,
      ),
    ],
    isAllowed: false,
  }),
  (known) =>
    request(
      known,
      'requests one after another',
      'GET /bridge.js HTTP/1.1',
      [],
      'GET / HTTP/1.1\r\n\r\n'.repeat(known.random.integer(1, 50)),
    ),
  (known) =>
    request(known, 'an upgrade to something else', 'GET / HTTP/1.1', [
      `Upgrade: ${known.random.pick(['h2c', 'TLS/1.0', 'websocket, h2c', '\xff'])}`,
      'Connection: Upgrade',
      'HTTP2-Settings: AAA',
    ]),
  (known) =>
    request(
      known,
      'an expectation',
      'POST /upload?name=a.csv HTTP/1.1',
      [`Expect: ${known.random.pick(['100-continue', '200-ok', '\xff'])}`, 'Content-Length: 3'],
      'abc',
    ),
]
