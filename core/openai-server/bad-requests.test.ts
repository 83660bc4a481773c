import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { UserError, type ApiServerState, type AppError } from '../contract/index.ts'
import { keepSecret } from '../files/secrets.ts'
import { sentence } from '../host/sentence.ts'
import { createApiServer, type ApiServerService } from './service.ts'
import { requestText, sendRaw } from './testing/raw-request.ts'

// Every request here ends before the engine is asked: there is none.
const key = 'sk-terakoya-0123456789abcdef'
const none = () => {
  throw new UserError('experiment/not-found', { id: 'the engine was reached' })
}
const told: AppError[] = []
let folder: string
let server: ApiServerService
let port: number

const open = (limits = {}) =>
  createApiServer({
    engine: { call: none, pid: () => undefined, renew: () => {}, close: () => {} },
    devices: none,
    models: () => ({ list: async () => [] }) as never,
    experiments: () => ({ list: async () => [] }) as never,
    secrets: keepSecret({ folder, name: 'api-key' }),
    word(error) {
      told.push(error)
      return sentence(error, 'en')
    },
    emit: () => {},
    limits: { maxBodyBytes: 20_000, headersTimeoutMs: 300, requestTimeoutMs: 600, keepAliveMs: 100, ...limits },
  })
const portOf = ({ address }: ApiServerState) => Number(new URL(address ?? '').port)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terakoya-api-'))
  server = open()
  port = portOf(await server.listen({ host: '127.0.0.1', port: 0, isExact: true, key }))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

const goodHeaders = () => ({
  host: `127.0.0.1:${port}`,
  authorization: `Bearer ${key}`,
  'content-type': 'application/json',
})
const CHAT = 'POST /v1/chat/completions'
const ask = async (line: string, headers: Record<string, string>, body: string | Buffer = '') => {
  const answer = await sendRaw(port, requestText(line, { ...goodHeaders(), ...headers }, body))
  const { error } = JSON.parse(answer.body) as {
    error: { message: string; code: string; param: string | null; type: string }
  }
  return { ...answer, error }
}
const without = (name: string) => {
  const { [name]: _, ...rest } = goodHeaders() as Record<string, string>
  return rest
}

it('lets in nobody without the key, and does not read what he sends', async () => {
  const keys = [
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${key}x`,
    `Bearer ${key.slice(0, -1)}`,
    `Basic ${key}`,
    key,
    'Bearer キー',
  ]
  for (const authorization of keys) {
    const headers = { ...goodHeaders(), authorization: Buffer.from(authorization).toString('latin1') }
    const answer = await sendRaw(port, requestText(CHAT, headers, 'x'.repeat(10_000)))
    const { error } = JSON.parse(answer.body) as { error: { type: string; code: string } }
    expect([authorization, answer.status, answer.headers['www-authenticate'], error.type]).toEqual([
      authorization,
      401,
      'Bearer',
      'invalid_request_error',
    ])
    expect(['missing_api_key', 'invalid_api_key']).toContain(error.code)
  }
  const { status } = await sendRaw(port, requestText(CHAT, without('authorization')))
  expect(status).toBe(401)
  // Where there is nothing is nobody's business without the key.
  expect((await sendRaw(port, requestText('GET /nothing', without('authorization')))).status).toBe(401)
})

it('takes requests for this computer only, and none of a web page: not even with the key', async () => {
  const wrong: Record<string, string>[] = [
    { host: 'evil.example' },
    { host: `evil.example:${port}` },
    { host: '' },
    { host: '192.168.0.1' },
    { host: '127.0.0.1.evil.example' },
    { host: `127.0.0.1:${port}@evil.example` },
    { host: '[::1' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: `http://127.0.0.1:${port}` },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]
  for (const headers of wrong) {
    const answer = await ask('GET /v1/models', headers)
    expect([headers, answer.status, answer.error.code]).toEqual([headers, 403, 'forbidden_origin'])
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  }
  const preflight = await ask('OPTIONS /v1/chat/completions', {
    origin: 'https://evil.example',
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization',
  })
  expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([403, undefined])
  for (const host of [`127.0.0.1:${port}`, '127.0.0.1', `localhost:${port}`, 'LOCALHOST', '127.0.0.1:9', hostname()]) {
    const answer = await sendRaw(port, requestText('GET /v1/models', { ...goodHeaders(), host }))
    expect([host, answer.status, answer.body]).toEqual([host, 200, '{"object":"list","data":[]}'])
  }
})

it('names the ways that there are', async () => {
  const cases = [
    ['GET /', 404, 'unknown_url'],
    ['GET /v1/chat', 404, 'unknown_url'],
    ['GET /v1/../v1/models', 404, 'unknown_url'],
    ['GET /v1/chat/completions', 405, 'method_not_allowed'],
    ['DELETE /v1/models', 405, 'method_not_allowed'],
    ['POST /v1/embeddings', 501, 'not_supported'],
    ['GET /v1/models/nobody', 404, 'model_not_found'],
    ['GET /v1/models/%E0%A4%A', 404, 'model_not_found'],
  ] as const
  for (const [line, status, code] of cases) {
    const answer = await ask(line, {}, line.startsWith('POST') ? '{}' : '')
    expect([line, answer.status, answer.error.code]).toEqual([line, status, code])
  }
  expect((await ask('GET /v1/completions', {})).headers['allow']).toBe('POST')
})

it('reads no body that is no JSON object, too large or too deep', async () => {
  const deep = (levels: number) => `{"model":"m","messages":${'['.repeat(levels)}${']'.repeat(levels)}}`
  const bodies = [
    ['', 400, 'invalid_json'],
    ['{', 400, 'invalid_json'],
    ['[]', 400, 'invalid_json'],
    ['null', 400, 'invalid_json'],
    ['"text"', 400, 'invalid_json'],
    ['{"model":"m",}', 400, 'invalid_json'],
    ['{"model":NaN}', 400, 'invalid_json'],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), 400, 'invalid_json'],
    [deep(17), 400, 'invalid_json'],
    [deep(9000), 400, 'invalid_json'],
    [`{"a":${'{"a":'.repeat(3000)}1${'}'.repeat(3000)}}`, 400, 'invalid_json'],
    [`{"model":"${'m'.repeat(20_000)}"}`, 413, 'request_too_large'],
  ] as const
  for (const [body, status, code] of bodies) {
    const answer = await ask(CHAT, {}, body)
    expect([String(body).slice(0, 20), answer.status, answer.error.code]).toEqual([
      String(body).slice(0, 20),
      status,
      code,
    ])
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonx'])
    expect((await ask(CHAT, { 'content-type': type }, '{}')).status).toBe(415)
  expect((await ask(CHAT, { 'content-encoding': 'gzip' }, '{}')).status).toBe(415)
})

it('ends a body that says no length and does not end, or more than it may, or that breaks off', async () => {
  const chunked = { ...goodHeaders(), 'transfer-encoding': 'chunked', connection: 'close' }
  const head = `${CHAT} HTTP/1.1\r\n${Object.entries(chunked)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`
  const endless = await sendRaw(port, head, ...Array<string>(8).fill(`1000\r\n${'x'.repeat(0x1000)}\r\n`))
  expect(endless.status).toBe(413)
  // Said to be longer than it is: the connection closes before the rest has come.
  const before = told.length
  await new Promise<void>((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.write(requestText(CHAT, { ...goodHeaders(), 'content-length': '500' }, '{"model":'), () => {
      socket.destroy()
      resolve()
    })
  })
  expect((await ask('GET /v1/models/x', {})).status).toBe(404)
  expect(told.slice(before).every(({ code }) => code !== 'internal')).toBe(true)
})

it('waits for nobody: a slow head and a slow body are closed', async () => {
  const slow = (...parts: string[]) => sendRaw(port, ...parts)
  expect((await slow('GET /v1/mod')).status).toBe(408)
  expect((await slow(`GET /v1/models HTTP/1.1\r\nhost: 127.0.0.1\r\nx-a`)).status).toBe(408)
  const { status } = await slow(requestText(CHAT, { ...goodHeaders(), 'content-length': '500' }, '{').toString())
  expect([400, 408]).toContain(status)
})

it('answers what is no HTTP, and heads that are too large', async () => {
  for (const nonsense of ['\u0000\u0001\u0002\r\n\r\n', 'HELLO\r\n\r\n', 'GET /v1/models HTTP/9.9\r\n\r\n'])
    expect((await sendRaw(port, nonsense)).status).toBe(400)
  expect((await sendRaw(port, requestText('GET /v1/models', { ...goodHeaders(), x: 'a'.repeat(20_000) }))).status).toBe(
    431,
  )
})

it('refuses what it cannot do by its name', async () => {
  const good = { model: 'm', messages: [{ role: 'user', content: 'x' }] }
  const cases: [object, string, string | null][] = [
    [{ messages: good.messages }, 'missing_required_parameter', 'model'],
    [{ model: 'm' }, 'missing_required_parameter', 'messages'],
    [{ ...good, model: 3 }, 'invalid_value', 'model'],
    [{ ...good, messages: [] }, 'invalid_value', 'messages'],
    [{ ...good, messages: 'x' }, 'invalid_value', 'messages'],
    [{ ...good, messages: [{ role: 'robot', content: 'x' }] }, 'invalid_value', 'messages[0].role'],
    [{ ...good, messages: [{ role: 'user', content: 3 }] }, 'invalid_value', 'messages[0].content'],
    [{ ...good, messages: [{ role: 'user', content: null }] }, 'invalid_value', 'messages[0].content'],
    [
      { ...good, messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'unsupported_content',
      'messages[0].content[0]',
    ],
    [
      { ...good, messages: [{ role: 'tool', content: 'x', tool_call_id: '1' }] },
      'unsupported_parameter',
      'messages[0].role',
    ],
    [{ ...good, messages: [{ role: 'user', content: 'x', mood: 1 }] }, 'unknown_parameter', 'messages[0].mood'],
    [{ ...good, tools: [{ type: 'function' }] }, 'unsupported_parameter', 'tools'],
    [{ ...good, functions: [{}] }, 'unsupported_parameter', 'functions'],
    [{ ...good, frequency_penalty: 0.5 }, 'unsupported_parameter', 'frequency_penalty'],
    [{ ...good, presence_penalty: -1 }, 'unsupported_parameter', 'presence_penalty'],
    [{ ...good, logprobs: true }, 'unsupported_parameter', 'logprobs'],
    [{ ...good, logit_bias: { 5: 1 } }, 'unsupported_parameter', 'logit_bias'],
    [{ ...good, response_format: { type: 'json_object' } }, 'unsupported_parameter', 'response_format'],
    [{ ...good, temperature: 2.1 }, 'invalid_value', 'temperature'],
    [{ ...good, temperature: '0.5' }, 'invalid_value', 'temperature'],
    [{ ...good, top_p: -0.1 }, 'invalid_value', 'top_p'],
    [{ ...good, max_tokens: 0 }, 'invalid_value', 'max_tokens'],
    [{ ...good, max_completion_tokens: 1.5 }, 'invalid_value', 'max_completion_tokens'],
    [{ ...good, n: 9 }, 'invalid_value', 'n'],
    [{ ...good, stop: ['', 'a'] }, 'invalid_value', 'stop'],
    [{ ...good, seed: 'x' }, 'invalid_value', 'seed'],
    [{ ...good, stream: 'yes' }, 'invalid_value', 'stream'],
    [{ ...good, stream_options: { include_usage: true } }, 'invalid_value', 'stream_options'],
    [{ ...good, stream: true, stream_options: { usage: true } }, 'invalid_value', 'stream_options'],
    [{ ...good, wisdom: 11 }, 'unknown_parameter', 'wisdom'],
    [{ ...good, ['\u001b[2J\u202e' + 'x'.repeat(500)]: 1 }, 'unknown_parameter', `\uFFFD[2J\uFFFD${'x'.repeat(59)}…`],
  ]
  for (const [body, code, param] of cases) {
    const answer = await ask(CHAT, {}, JSON.stringify(body))
    expect([body, answer.status, answer.error.code, answer.error.param]).toEqual([body, 400, code, param])
    if (param !== null) expect(answer.error.message).toContain(param)
  }
  for (const name of ['__proto__', 'constructor', 'toString'])
    expect(
      (await ask(CHAT, {}, `{"model":"m","messages":[{"role":"user","content":"x"}],"${name}":1}`)).error,
    ).toMatchObject({ code: 'unknown_parameter', param: name })
  for (const [body, param] of [
    [{ model: 'm' }, 'prompt'],
    [{ model: 'm', prompt: '' }, 'prompt'],
    [{ model: 'm', prompt: [1, 2] }, 'prompt'],
    [{ model: 'm', prompt: 'x', echo: true }, 'echo'],
    [{ model: 'm', prompt: 'x', best_of: 2 }, 'best_of'],
    [{ model: 'm', prompt: 'x', messages: [] }, 'messages'],
  ] as const)
    expect((await ask('POST /v1/completions', {}, JSON.stringify(body))).error.param).toBe(param)
})

it('takes what asks for nothing, and what changes no answer', async () => {
  const nothing = {
    model: 'm',
    messages: [
      { role: 'developer', content: 'x', name: 'y' },
      { role: 'assistant', content: 'x', refusal: null, tool_calls: [], annotations: [], audio: null },
      { role: 'user', content: [{ type: 'text', text: 'x' }] },
    ],
    ...{ frequency_penalty: 0, presence_penalty: 0, logit_bias: {}, logprobs: false, top_logprobs: 0 },
    ...{ tools: [], tool_choice: 'auto', response_format: { type: 'text' }, modalities: ['text'], n: null, stop: null },
    ...{ user: 'u', metadata: { a: 'b' }, store: false, service_tier: 'auto', safety_identifier: 's' },
    ...{ prompt_cache_key: 'k', prompt_cache_retention: '24h', parallel_tool_calls: true, seed: -1, temperature: 2 },
  }
  // All is well with it but the model.
  expect((await ask(CHAT, {}, JSON.stringify(nothing))).error.code).toBe('model_not_found')
})

it('holds no more connections than it may', async () => {
  const small = open({ maxConnections: 2 })
  const at = portOf(await small.listen({ host: '127.0.0.1', port: 0, isExact: true, key }))
  const held = [connect(at, '127.0.0.1'), connect(at, '127.0.0.1')]
  await Promise.all(held.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
  await expect(sendRaw(at, requestText('GET /v1/models', goodHeaders()))).rejects.toThrow('no answer')
  for (const socket of held) socket.destroy()
  await small.close()
})

it('wants a key before it listens, tells it once, and forgets one that was replaced', async () => {
  const fresh = open()
  await expect(fresh.start({})).rejects.toMatchObject({ error: { code: 'api/key-first' } })
  const { key: first } = await fresh.replaceKey({})
  const { key: second } = await fresh.replaceKey({})
  expect([first === second, /^sk-terakoya-[0-9a-f]{48}$/.test(first)]).toEqual([false, true])
  const at = portOf(await fresh.listen({ host: '127.0.0.1', port: 0, isExact: true }))
  const statusFor = async (given: string) =>
    (await sendRaw(at, requestText('GET /v1/models', { ...goodHeaders(), authorization: `Bearer ${given}` }))).status
  expect([await statusFor(first), await statusFor(second), await statusFor(key)]).toEqual([401, 200, 401])
  // Another studio of the account replaces it.
  const other = open()
  const { key: third } = await other.replaceKey({})
  expect([await statusFor(second), await statusFor(third)]).toEqual([401, 200])
  expect(await fresh.state({})).toMatchObject({ hasKey: true, requestCount: 2 })
  await expect(fresh.listen({ host: '127.0.0.1', port: at, isExact: true })).resolves.toMatchObject({
    address: `http://127.0.0.1:${at}/v1`,
  })
  await expect(other.listen({ host: '127.0.0.1', port: at, isExact: true })).rejects.toMatchObject({
    error: { code: 'api/port-in-use' },
  })
  expect((await fresh.stop({})).address).toBeNull()
  await expect(sendRaw(at, requestText('GET /v1/models', goodHeaders()))).rejects.toThrow('no answer')
  await other.close()
})
