import type { Page } from '@playwright/test'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerMessages, asked, expect, isShown, test } from './support/desktop.ts'
import { sentence } from './support/sentence.ts'

const PAGE = 'app://studio/'

let server: Server
let address = ''
let reached: string[] = []

// Another program that listens on this computer: the page must not reach it.
test.beforeAll(async () => {
  server = createServer((request, response) => {
    reached.push(request.url ?? '')
    response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'text/html' }).end('<p>reached</p>')
  })
  server.on('upgrade', (request, socket) => {
    reached.push(request.url ?? '')
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
test.beforeEach(() => {
  reached = []
})
test.afterAll(() => server.close())

/** Every way in which a page can ask for something from elsewhere; resolves with what came back of each. */
function tryToLoad(page: Page, url: string): Promise<Record<string, string>> {
  return page.evaluate(async (target) => {
    const outcome = (start: (done: (text: string) => void) => void) =>
      new Promise<string>((resolve) => {
        try {
          start(resolve)
        } catch (error) {
          resolve(`refused: ${String(error)}`)
        }
      })
    const element = (tag: string, attributes: Record<string, string>) =>
      outcome((done) => {
        const made = Object.assign(document.createElement(tag), attributes)
        made.onload = () => done('loaded')
        made.onerror = () => done('refused')
        document.body.append(made)
      })
    const socket = target.replace(/^http/, 'ws')
    return {
      fetch: await fetch(target).then(
        () => 'loaded',
        () => 'refused',
      ),
      opaque: await fetch(target, { mode: 'no-cors' }).then(
        () => 'loaded',
        () => 'refused',
      ),
      xhr: await outcome((done) => {
        const request = new XMLHttpRequest()
        request.onload = () => done(request.status === 200 ? 'loaded' : 'refused')
        request.onerror = () => done('refused')
        request.open('GET', target)
        request.send()
      }),
      socket: socket.startsWith('ws')
        ? await outcome((done) => {
            const opened = new WebSocket(socket)
            opened.onopen = () => done('loaded')
            opened.onerror = () => done('refused')
          })
        : 'refused',
      picture: await element('img', { src: target }),
      script: await element('script', { src: target }),
      style: await element('link', { rel: 'stylesheet', href: target }),
      import: await import(/* @vite-ignore */ target).then(
        () => 'loaded',
        () => 'refused',
      ),
      worker: await outcome((done) => {
        const made = new Worker(target)
        made.onerror = () => done('refused')
        made.onmessage = () => done('loaded')
      }),
      beacon: (() => {
        navigator.sendBeacon(target.startsWith('http') ? target : 'http://127.0.0.1:9/', 'x')
        return 'refused'
      })(),
    }
  }, url)
}

/** Every way in which a page can lead its window elsewhere. */
async function tryToLeave(page: Page, url: string): Promise<void> {
  await page.evaluate((target) => {
    window.open(target)
    window.open(target, '_self')
    for (const blank of ['_blank', '_self', '_top']) {
      const link = Object.assign(document.createElement('a'), { href: target, target: blank, textContent: 'x' })
      document.body.append(link)
      link.click()
      link.dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true, cancelable: true }))
      const form = Object.assign(document.createElement('form'), { action: target, target: blank })
      document.body.append(form)
      form.submit()
    }
    document.head.append(
      Object.assign(document.createElement('meta'), { httpEquiv: 'refresh', content: `0;url=${target}` }),
    )
    document.body.append(Object.assign(document.createElement('iframe'), { src: target }))
    const view = document.createElement('webview')
    view.setAttribute('src', target)
    document.body.append(view)
    location.href = target
  }, url)
}

for (const bypassCSP of [false, true]) {
  test.describe(bypassCSP ? 'without the policy of the page' : 'with the policy of the page', () => {
    test.use({ launch: { bypassCSP } })

    test('the page reaches no other program, no file and nothing beside its own files', async ({
      desktop: { app, page },
    }) => {
      for (const url of [
        address,
        'file:///etc/passwd',
        'https://example.com/',
        'app://studio/../../package.json',
        'app://studio/%2e%2e/main/main.js',
        'app://studio/..%2fmain%2fmain.js',
        'app://other/index.html',
        'app://other/assets/x.js',
      ]) {
        const outcomes = Object.entries(await tryToLoad(page, url)).filter(
          ([, outcome]) => !outcome.startsWith('refused'),
        )
        expect(outcomes, url).toEqual([])
      }
      expect(reached).toEqual([])
      // The server is there for whoever may reach it.
      await fetch(address)
      expect(reached).toEqual(['/'])
      expect(page.url()).toBe(PAGE)
      expect(app.windows()).toHaveLength(1)
    })

    test('the page leads nowhere', async ({ desktop: { app, page, picture } }) => {
      for (const url of [`${address}/left`, 'file:///etc/passwd', 'https://example.com/', 'data:text/html,left'])
        await tryToLeave(page, url)
      expect(await page.evaluate(() => [document.querySelectorAll('iframe').length, location.href])).toEqual([4, PAGE])
      expect(await isShown(app)).toBe(true)
      expect(
        await app.evaluate(({ webContents }) =>
          webContents.getAllWebContents().map((each) => [each.getType(), each.getURL()]),
        ),
      ).toEqual([['window', PAGE]])
      const inside = await app.evaluate(({ BrowserWindow }) => {
        const [, ...frames] = BrowserWindow.getAllWindows()[0]?.webContents.mainFrame.framesInSubtree ?? []
        return Promise.all(frames.map((frame) => frame.executeJavaScript('document.body?.innerText ?? ""')))
      })
      expect(inside).toEqual(Array(4).fill(''))
      expect(reached).toEqual([])
      await picture('led-nowhere')
      await page.evaluate(() => {
        location.href = 'about:blank'
      })
      await expect.poll(() => isShown(app).catch(() => false)).toBe(true)
    })
  })
}

test('files of the page come with their type and its policy, anything else is not found', async ({
  desktop: { app },
}) => {
  const answers = await app.evaluate(async ({ net }) => {
    const script = /src="\.(\/assets\/index[^"]+)"/.exec(await (await net.fetch('app://studio/')).text())?.[1] ?? ''
    const ask = async (url: string, method = 'GET') => {
      const { status, headers } = await net.fetch(url, { method })
      return [
        status,
        headers.get('content-type'),
        headers.get('x-content-type-options'),
        /^default-src 'none'; script-src 'self';/.test(headers.get('content-security-policy') ?? ''),
      ]
    }
    return {
      page: await ask('app://studio/'),
      script: await ask(`app://studio${script}`),
      others: await Promise.all(
        [
          'app://studio/assets',
          'app://studio/missing.js',
          'app://studio/..%2fmain%2fmain.js',
          'app://studio/%',
          'app://other/',
        ].map((url) => ask(url)),
      ),
      post: await ask('app://studio/', 'POST'),
    }
  })
  const notFound = [404, null, 'nosniff', true]
  expect(answers).toEqual({
    page: [200, 'text/html; charset=utf-8', 'nosniff', true],
    script: [200, 'text/javascript; charset=utf-8', 'nosniff', true],
    others: Array(5).fill(notFound),
    post: notFound,
  })
})

test('the page gets the clipboard and no other permission', async ({ desktop: { app, page } }) => {
  await (await page.context().newCDPSession(page)).send('Emulation.setFocusEmulationEnabled', { enabled: true })
  // The clipboard is for a document with the focus, and a display without a window manager gives it late.
  await expect
    .poll(async () => {
      await app.evaluate(({ BrowserWindow }) => {
        const [window] = BrowserWindow.getAllWindows()
        window?.focus()
        window?.webContents.focus()
      })
      await page.mouse.click(5, 5)
      return page.evaluate(() => navigator.clipboard.writeText('写し').then(() => 'written', String))
    })
    .toBe('written')
  const answers = await page.evaluate(async () => {
    const query = (name: string) =>
      navigator.permissions.query({ name: name as PermissionName }).then(
        ({ state }) => state,
        () => 'denied',
      )
    const names = [
      'geolocation',
      'notifications',
      'camera',
      'microphone',
      'midi',
      'background-sync',
      'persistent-storage',
      'idle-detection',
      'screen-wake-lock',
      'window-management',
      'local-fonts',
    ]
    return {
      clipboard: await navigator.clipboard.readText(),
      allowed: (await Promise.all(names.map(async (name) => [name, await query(name)]))).filter(
        ([, state]) => state === 'granted',
      ),
      place: await new Promise((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('told'),
          ({ code }) => resolve(code),
        ),
      ),
      notification: await Notification.requestPermission(),
      camera: await navigator.mediaDevices.getUserMedia({ video: true, audio: true }).then(
        () => 'given',
        ({ name }: Error) => name,
      ),
      screen: await navigator.mediaDevices.getDisplayMedia().then(
        () => 'given',
        () => 'refused',
      ),
      midi: await navigator.requestMIDIAccess({ sysex: true }).then(
        () => 'given',
        () => 'refused',
      ),
      require: [typeof (window as { require?: unknown }).require, typeof (window as { process?: unknown }).process],
    }
  })
  expect(answers).toEqual({
    clipboard: '写し',
    allowed: [],
    place: 1,
    notification: 'denied',
    camera: expect.stringMatching(/NotAllowedError|NotFoundError/),
    screen: 'refused',
    midi: 'refused',
    require: ['undefined', 'undefined'],
  })
})

test('what the page asks of the host is checked, and a refusal is data', async ({
  desktop: { app, page, folders, picture },
}) => {
  await answerMessages(app, 0)
  const answers = await page.evaluate(async () => {
    const studio = window.studio as unknown as Record<
      string,
      (...inputs: unknown[]) => Promise<{ ok: boolean; error?: { code: string; facts: object } }>
    >
    const codeOf = async (work: Promise<{ ok: boolean; error?: { code: string; facts: object } }> | undefined) => {
      const result = await work
      return result?.ok ? 'ok' : result?.error?.code
    }
    const links = [
      'https://example.com/',
      'http://huggingface.co/',
      'file:///etc/passwd',
      '/etc/passwd',
      'https://huggingface.co@example.com/',
      'smb://host/share',
      'relative',
      '',
    ]
    return {
      invalid: await Promise.all([
        codeOf(studio['call']?.(5, {})),
        codeOf(studio['call']?.('x'.repeat(300), {})),
        codeOf(studio['pickFile']?.({ extensions: 'csv' })),
        codeOf(studio['pickFile']?.({ extensions: ['../x/'] })),
        codeOf(studio['pickFile']?.(null)),
        codeOf(studio['pickSave']?.({})),
        codeOf(studio['pickSave']?.({ suggestedName: 5 })),
        codeOf(studio['openOutside']?.(5)),
        codeOf(studio['openOutside']?.({})),
      ]),
      unknown: await Promise.all([
        codeOf(studio['call']?.('system.nothing', {})),
        codeOf(studio['call']?.('__proto__.constructor', {})),
        codeOf(studio['call']?.('', {})),
      ]),
      made: await codeOf(studio['adoptFile']?.(new File(['x'], 'x.csv'))),
      links: await Promise.all(links.map((link) => codeOf(studio['openOutside']?.(link)))),
      link: await codeOf(studio['openOutside']?.('https://huggingface.co/settings/tokens')),
    }
  })
  expect(answers).toEqual({
    invalid: Array(9).fill('call-invalid'),
    unknown: Array(3).fill('call-unknown'),
    made: 'file/not-picked',
    links: Array(8).fill('link/not-allowed'),
    link: 'ok',
  })
  const shown = await page.evaluate(
    async (library) =>
      [await window.studio.openOutside(library), await window.studio.openOutside(`${library}/../home`)].map(
        ({ ok }) => ok,
      ),
    folders.library,
  )
  expect(shown).toEqual([true, false])
  expect(await asked(app)).toEqual([
    { what: 'browser', text: 'https://huggingface.co/settings/tokens' },
    { what: 'files', text: folders.library },
  ])
  await page.getByRole('navigation').first().getByRole('button', { name: '設定', exact: true }).click()
  await page.getByRole('button', { name: 'フォルダを開く' }).click()
  await expect.poll(async () => (await asked(app)).length).toBe(3)
  await picture('settings')
})

test('no frame inside the page and no other window can call', async ({ desktop: { app, page } }) => {
  const inside = await page.evaluate(() => {
    const frame = document.body.appendChild(document.createElement('iframe'))
    return typeof (frame.contentWindow as unknown as { studio?: unknown }).studio
  })
  expect(inside).toBe('undefined')
  const calls =
    "Promise.all([studio.call('system.info', {}), studio.pickFolder(), studio.openOutside('https://huggingface.co/')])"
  const foreign = await app.evaluate(async ({ BrowserWindow, app: application }, expression) => {
    const preload = `${application.getAppPath()}/out/preload/preload.cjs`
    const answers: unknown[] = []
    for (const url of ['about:blank', 'app://studio/']) {
      const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } })
      await window.loadURL(url)
      answers.push(await window.webContents.executeJavaScript(expression))
      window.destroy()
    }
    return answers
  }, calls)
  const refused = (call: string) => ({ ok: false, error: { code: 'call-refused', facts: { call } } })
  expect(foreign).toEqual(Array(2).fill(['studio:call', 'studio:pick-folder', 'studio:open-outside'].map(refused)))
  expect(sentence('call-refused', { call: 'studio:call' })).toContain('スタジオの画面')
})

test('the page saves what it has made itself, and nothing from elsewhere', async ({ desktop: { app, page } }) => {
  await app.evaluate(({ session }) => {
    const saved: string[] = []
    Object.assign(globalThis, { saved })
    session.defaultSession.on('will-download', (event, item) => {
      saved.push(
        `${event.defaultPrevented ? 'refused' : 'saved'} ${item
          .getURL()
          .split(/[,?]/)[0]
          ?.replace(/[^/]*$/, '')}`,
      )
      event.preventDefault()
    })
  })
  await page.evaluate((other) => {
    for (const href of [`${other}/file.csv`, 'file:///etc/passwd', URL.createObjectURL(new Blob(['a,b\n']))])
      Object.assign(document.createElement('a'), { href, download: 'x.csv' }).click()
  }, address)
  await expect
    .poll(() => app.evaluate(() => (globalThis as unknown as { saved: string[] }).saved))
    .toEqual(['saved blob:app://studio/'])
  expect(reached).toEqual([])
})
