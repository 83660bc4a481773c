import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Access } from './access.ts'
import { raw, startTestHost, TestWindow, upgrade, type TestHost } from './testing/support.ts'

let host: TestHost
beforeAll(async () => {
  host = await startTestHost()
})
afterAll(() => host.close())

const request = (headers: Record<string, string>) => ({ headers }) as never

describe('the cookie', () => {
  const hex = 'a'.repeat(48)
  // The length of a session in characters, but not in bytes: `timingSafeEqual` threw.
  const hostile = [
    'é'.repeat(48),
    'ÿ' + 'a'.repeat(47),
    '',
    'a',
    hex,
    'a'.repeat(47),
    'a'.repeat(49),
    'a'.repeat(15_000),
    '%',
    '%E0%A4%A',
    '"',
    ';;;;',
    '=',
    '\t',
    '\u0080'.repeat(48),
  ]

  it.each(hostile.map((value) => [value.length > 60 ? `${value.slice(0, 10)}… (${value.length})` : value, value]))(
    '%j: refused, and the host lives',
    async (_, value) => {
      expect(await raw(host.port, upgrade(host.port, `terakoya-${host.port}=${value}`, host.key))).toMatch(
        /^HTTP\/1\.1 403 /,
      )
      expect(
        await raw(
          host.port,
          Buffer.from(
            `GET / HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\nCookie: terakoya-${host.port}=${value}\r\n\r\n`,
            'latin1',
          ),
        ),
      ).toMatch(/^HTTP\/1\.1 403 /)
    },
  )

  it('counts where it stands among others, and a wrong one of its name does not hide it', async () => {
    const cookie = await host.session()
    const name = `terakoya-${host.port}`
    for (const header of [
      cookie,
      `a=1; ${cookie}`,
      `${name}=wrong; ${cookie}`,
      `${cookie};${name}=é`,
      ` ${cookie} ;b=2`,
    ])
      expect((await fetch(host.origin, { headers: { cookie: header } })).status).toBe(200)
    for (const header of [
      `x${cookie}`,
      cookie.slice(0, -1),
      `${cookie}0`,
      cookie.replace(name, 'terakoya'),
      cookie.toUpperCase(),
    ])
      expect((await fetch(host.origin, { headers: { cookie: header } })).status).toBe(403)
  })

  it('carries the port: two hosts do not log each other out', async () => {
    const other = await startTestHost()
    const both = `${await host.session()}; ${await other.session()}`
    expect([
      (await fetch(host.origin, { headers: { cookie: both } })).status,
      (await fetch(other.origin, { headers: { cookie: both } })).status,
    ]).toEqual([200, 200])
    await other.close()
  })
})

describe('the key', () => {
  // Another account's server on another port of this computer gets the cookie from the browser.
  it('is needed for calls, uploads and saves; the cookie alone shows no more than the empty page', async () => {
    const headers = { cookie: await host.session(), origin: host.origin }
    for (const key of ['', 'a'.repeat(48), 'é', 'x'.repeat(10_000)])
      expect(await raw(host.port, upgrade(host.port, headers.cookie, key))).toMatch(/^HTTP\/1\.1 403 /)
    const wrong: readonly Record<string, string>[] = [
      {},
      { 'x-terakoya-key': '' },
      { 'x-terakoya-key': 'a'.repeat(48) },
      { 'sec-websocket-protocol': 'key.' },
    ]
    for (const more of wrong) {
      for (const path of ['/upload-check?name=a&size=1', '/upload?name=a', '/save'])
        expect(
          (await fetch(host.origin + path, { method: 'POST', headers: { ...headers, ...more }, body: '{}' })).status,
        ).toBe(403)
      expect((await fetch(`${host.origin}/session`, { headers: { ...headers, ...more } })).status).toBe(403)
    }
    expect((await fetch(`${host.origin}/session`, { headers: { ...headers, ...host.keyHeader } })).status).toBe(204)
    expect((await fetch(`${host.origin}/session`, { headers: host.keyHeader })).status).toBe(403)
  })

  it('comes with the link behind a #, and never to whoever has the cookie only', async () => {
    const link = host.host.newLink()
    const first = await fetch(link, { redirect: 'manual' })
    expect(first.headers.get('location')).toBe(`/#key=${host.key}`)
    const cookie = (first.headers.get('set-cookie') ?? '').split(';')[0] as string
    for (const path of ['/', '/bridge.js', '/session', '/door', new URL(link).search]) {
      const answer = await fetch(new URL(path, host.origin), { redirect: 'manual', headers: { cookie } })
      expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(host.key)
    }
  })

  it('a window without it is shown the door, also with the cookie', async () => {
    const door = await fetch(`${host.origin}/door`, { headers: { cookie: await host.session() } })
    expect([door.status, await door.text()]).toEqual([403, expect.stringContaining('npx terakoya link')])
  })
})

describe('what is no request', () => {
  const lines = (...text: readonly string[]) => Buffer.from(text.join('\r\n') + '\r\n\r\n', 'latin1')
  const ours = () => `Host: 127.0.0.1:${host.port}`
  const cases: readonly (readonly [string, () => Buffer])[] = [
    ['an absolute address', () => lines('GET http://evil.example/ HTTP/1.1', ours())],
    ['an absolute address of ours', () => lines(`GET http://127.0.0.1:${host.port}/ HTTP/1.1`, ours())],
    ['an address without a scheme', () => lines('GET //evil.example/ HTTP/1.1', ours())],
    ['a port that is none', () => lines('GET //[::1]:99999999/ HTTP/1.1', ours())],
    ['a star', () => lines('OPTIONS * HTTP/1.1', ours())],
    ['a lone percent sign', () => lines('GET /% HTTP/1.1', ours())],
    ['a broken escape', () => lines('GET /%E0%A4%A HTTP/1.1', ours())],
    ['escapes that are no UTF-8', () => lines('GET /%FF%FE HTTP/1.1', ours())],
    ['a backslash', () => lines('GET /\\evil.example HTTP/1.1', ours())],
    ['bytes over 0x7F', () => lines('GET /é HTTP/1.1', ours())],
    ['no host', () => lines('GET / HTTP/1.1')],
    ['two hosts', () => lines('GET / HTTP/1.1', ours(), 'Host: evil.example')],
    ['a NUL in a header', () => lines('GET / HTTP/1.1', ours(), 'X: a\0b')],
    ['a header without a colon', () => lines('GET / HTTP/1.1', ours(), 'nonsense')],
    ['a header that is too long', () => lines('GET / HTTP/1.1', ours(), `X: ${'a'.repeat(20_000)}`)],
    ['a path that is too long', () => lines(`GET /${'a'.repeat(20_000)} HTTP/1.1`, ours())],
    ['two lengths', () => lines('POST /upload HTTP/1.1', ours(), 'Content-Length: 1', 'Content-Length: 2')],
    [
      'a length and chunks',
      () => lines('POST /upload HTTP/1.1', ours(), 'Content-Length: 1', 'Transfer-Encoding: chunked'),
    ],
    ['a length below zero', () => lines('POST /upload HTTP/1.1', ours(), 'Content-Length: -1')],
    ['another version', () => lines('GET / HTTP/9.9', ours())],
    ['a line of garbage', () => lines('ÿþ\0\u0001')],
    ['a TLS greeting', () => Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3])],
    ['nothing', () => Buffer.alloc(0)],
    [
      'a request and garbage after it',
      () => Buffer.concat([lines('GET /x HTTP/1.1', ours()), Buffer.from('\0\0\0 garbage\r\n\r\n')]),
    ],
    ['an unknown method', () => lines('BREW / HTTP/1.1', ours())],
    ...['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT'].map(
      (method) => [method, () => lines(`${method} / HTTP/1.1`, ours(), 'Connection: close')] as const,
    ),
    ['an upgrade of another kind', () => lines('GET / HTTP/1.1', ours(), 'Connection: Upgrade', 'Upgrade: h2c')],
    [
      'an upgrade to elsewhere',
      () => lines('GET /%/studio HTTP/1.1', ours(), 'Connection: Upgrade', 'Upgrade: websocket'),
    ],
    ['an expectation', () => lines('POST /upload HTTP/1.1', ours(), 'Expect: nonsense', 'Connection: close')],
  ]

  it.each(cases)('%s: a refusal or a closed connection, and the host lives', async (_, bytes) => {
    const cookie = await host.session()
    const answer = await raw(host.port, bytes())
    expect(answer === '' || /^HTTP\/1\.1 4\d\d /.test(answer), answer.slice(0, 80)).toBe(true)
    expect((await fetch(host.origin, { headers: { cookie } })).status).toBe(200)
    expect(host.bugs).toEqual([])
  })

  it('answers the same to whoever has a session, and shows no file outside of the page', async () => {
    const cookie = await host.session()
    const get = (target: string) =>
      raw(
        host.port,
        `GET ${target} HTTP/1.1\r\nHost: 127.0.0.1:${host.port}\r\nConnection: close\r\nCookie: ${cookie}\r\n\r\n`,
        true,
      )
    for (const target of ['/%', '/%ff', 'http://127.0.0.1/', '//x', '/\\x'])
      expect(await get(target)).toMatch(/^HTTP\/1\.1 400 /)
    for (const target of [
      '/../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%00',
      '/assets',
      '/assets%00/a.js',
      `/${'a'.repeat(5000)}`,
      '/download',
      '/download?target=%',
      '/link',
      '/upload',
    ])
      expect(await get(target)).toMatch(/^HTTP\/1\.1 404 /)
    expect(await get('/assets/a.js')).toMatch(/^HTTP\/1\.1 200 [^]*let a/)
    expect(host.bugs).toEqual([])
  })
})

describe('the link', () => {
  const open = (link: string, options: RequestInit = {}) => fetch(link, { redirect: 'manual', ...options })

  it('is used up by opening it, and by nothing else', async () => {
    const link = host.host.newLink()
    const { pathname, search } = new URL(link)
    for (const method of ['HEAD', 'POST', 'OPTIONS'])
      expect((await open(link, { method })).headers.has('set-cookie')).toBe(false)
    for (const [name, value] of [
      ['purpose', 'prefetch'],
      ['sec-purpose', 'prefetch'],
      ['sec-purpose', 'prefetch;prerender'],
      ['x-moz', 'prefetch'],
    ])
      expect((await open(link, { headers: { [name as string]: value as string } })).status).toBe(503)
    expect((await open(link, { headers: { origin: 'http://evil.example' } })).status).toBe(403)
    expect(
      await raw(host.port, `GET ${pathname}${search} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 403 /)
    expect((await open(`${host.origin}/bridge.js${search}`)).status).toBe(403)
    expect((await open(link)).status).toBe(303)
    expect((await open(link)).status).toBe(403)
  })

  it('leads a window that has a session to the studio, also when it is used up', async () => {
    const link = host.host.newLink()
    const cookie = ((await open(link)).headers.get('set-cookie') ?? '').split(';')[0] as string
    const again = await open(link, { headers: { cookie } })
    expect([again.status, again.headers.get('location')]).toEqual([303, '/'])
  })

  it('a new one leaves sessions and earlier links as they are; the ninth makes the first worthless', async () => {
    const fresh = await startTestHost()
    const cookie = await fresh.session()
    const links = Array.from({ length: 9 }, () => fresh.host.newLink())
    expect((await fetch(fresh.origin, { headers: { cookie } })).status).toBe(200)
    const window = await TestWindow.open(fresh, cookie)
    expect(await Promise.all(links.map(async (link) => (await open(link)).status))).toEqual([
      403,
      ...Array.from({ length: 8 }, () => 303),
    ])
    window.send(JSON.stringify({ id: 1, name: 'datasets.list', input: {} }))
    expect(await window.next()).toMatchObject({ id: 1, result: { ok: true } })
    await fresh.close()
  })

  it('may be pasted into the page that has none: as it is, or its token alone', async () => {
    const paste = (text: string) => open(`${host.origin}/?${new URLSearchParams({ token: text })}`)
    const link = host.host.newLink()
    expect((await paste(` ${link} `)).status).toBe(303)
    const refused = await paste(link)
    expect([refused.status, /role="alert">[^<]*もう使われた/.test(await refused.text())]).toEqual([403, true])
    expect((await paste(new URL(host.host.newLink()).searchParams.get('token') ?? '')).status).toBe(303)
    for (const nonsense of [
      '',
      'x',
      `${host.host.newLink()}&x=1`,
      host.host.newLink().replace('127.0.0.1', 'evil.example'),
    ])
      expect((await paste(nonsense)).status).toBe(403)
    const fresh = await open(host.origin)
    expect(fresh.headers.get('content-security-policy')).toContain("form-action 'self'")
    const page = await fresh.text()
    expect([page.includes('role="alert"'), page.match(/<input /g)?.length]).toEqual([false, 1])
  })

  it('a page without a session says in both languages how to get one, and its style is allowed', async () => {
    const japanese = await open(host.origin)
    const page = await japanese.text()
    expect(page).toContain('新しいリンクで開いてください')
    expect(page).toContain('Open the studio with a new link')
    expect(page).toContain('npx terakoya link')
    expect(page.indexOf('lang="ja"')).toBeLessThan(page.indexOf('lang="en"'))
    expect(japanese.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(await (await open(host.origin, { headers: { 'accept-language': 'en-GB,ja' } })).text()).toMatch(
      /<html lang="en">/,
    )
  })
})

it("tells the language that each window's browser wants first", async () => {
  const fresh = await startTestHost()
  const cookie = await fresh.session()
  for (const wanted of ['en-GB,en;q=0.9,ja;q=0.8', 'ja', 'fr-CH, ja;q=0.9'])
    await TestWindow.open(fresh, cookie, { 'accept-language': wanted })
  await TestWindow.open(fresh, cookie)
  expect(fresh.languages).toEqual(['en', 'ja', 'en'])
  await fresh.close()
})

it('programs of the user need the secret, the right host and no origin', () => {
  const access = new Access(7860)
  const authorization = `Bearer ${access.controlSecret}`
  const host = '127.0.0.1:7860'
  expect(access.allowsControl(request({ host, authorization }))).toBe(true)
  expect(
    [
      { host },
      { host, authorization: 'Bearer é' },
      { host, authorization, origin: `http://${host}` },
      { host: 'evil.example', authorization },
    ].map((headers) => access.allowsControl(request(headers as never))),
  ).toEqual([false, false, false, false])
})
