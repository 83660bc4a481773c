import { chromium, expect, type Page } from '@playwright/test'
import { execFileSync, spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A desktop of its own: a virtual screen, a window manager, fcitx5 with Mozc, and Chromium over the whole screen. */
export interface Desktop {
  readonly page: Page
  /** Presses these keys of the real keyboard, one after another: names of X11, such as `Return` or `ctrl+z`. */
  readonly press: (...keys: readonly string[]) => void
  /** Moves the real pointer to a place of the page and clicks. */
  readonly click: (x: number, y: number) => void
  /** The input method that the keys go to; empty while nothing that takes text has the focus. */
  readonly inputMethod: () => string
  readonly close: () => Promise<void>
}

interface User {
  readonly home: string
  readonly identity: Pick<SpawnOptions, 'uid' | 'gid'>
  readonly environment: NodeJS.ProcessEnv
}

const MOZC_SERVER = '/usr/lib/mozc/mozc_server'
const KEY_DELAY_MS = '30'
const GRACE_MS = 5_000
const PATIENCE_MS = 15_000
const size = { width: 1280, height: 860 }

const profile = `[Groups/0]
Name=Default
Default Layout=us
DefaultIM=mozc

[Groups/0/Items/0]
Name=mozc
Layout=

[GroupOrder]
0=Default
`

const behavior = `[Behavior]
ActiveByDefault=True
ShareInputState=All
PreloadInputMethod=True
`

export async function openDesktop(link: string): Promise<Desktop> {
  const processes: ChildProcess[] = []
  const user = freshUser()
  const start = (command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess => {
    const child = spawn(command, args, {
      cwd: user.home,
      stdio: ['ignore', 'ignore', 'ignore'],
      ...user.identity,
      env: user.environment,
      ...options,
    })
    processes.push(child)
    return child
  }
  const close = async () => {
    for (const child of processes.toReversed()) await stop(child)
    rmSync(user.home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    await startSession(user, start)
    const page = await startChromium(user, start, link)
    return { page, ...handsOf(user), inputMethod: () => inputMethod(user), close }
  } catch (error) {
    await close()
    throw error
  }
}

type Start = (command: string, args: readonly string[], options?: SpawnOptions) => ChildProcess

/** Mozc refuses to run as root: there, the desktop belongs to `nobody`. */
function freshUser(): User {
  const home = mkdtempSync(join(tmpdir(), 'terakoya-ime-'))
  const identity = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {}
  const configuration = join(home, '.config', 'fcitx5')
  mkdirSync(configuration, { recursive: true })
  mkdirSync(join(home, 'run'), { mode: 0o700 })
  writeFileSync(join(configuration, 'profile'), profile)
  writeFileSync(join(configuration, 'config'), behavior)
  if (identity.uid !== undefined)
    for (const path of ['', 'run', '.config', '.config/fcitx5', '.config/fcitx5/profile', '.config/fcitx5/config'])
      chownSync(join(home, path), identity.uid, identity.gid)
  return { home, identity, environment: environmentIn(home) }
}

const idOf = (flag: '-u' | '-g'): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))

function environmentIn(home: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_RUNTIME_DIR: join(home, 'run'),
    LANG: 'C.UTF-8',
    LANGUAGE: 'ja',
    XMODIFIERS: '@im=fcitx',
    GTK_IM_MODULE: 'fcitx',
  }
}

async function startSession(user: User, start: Start): Promise<void> {
  const { environment } = user
  // As whoever runs the test: only root may make the folder of the X11 sockets.
  const display = start(
    'Xvfb',
    ['-displayfd', '1', '-screen', '0', `${size.width}x${size.height}x24`, '-nolisten', 'tcp'],
    { stdio: ['ignore', 'pipe', 'ignore'], uid: process.getuid?.(), gid: process.getgid?.() },
  )
  environment['DISPLAY'] = `:${await firstLine(display)}`
  const bus = start('dbus-daemon', ['--session', '--nofork', '--nopidfile', '--print-address=1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  environment['DBUS_SESSION_BUS_ADDRESS'] = await firstLine(bus)
  start('openbox', [])
  start(MOZC_SERVER, [])
  start('fcitx5', ['--disable=wayland,waylandim,notifications,notificationitem'])
  await expect.poll(() => isRunning(user), { message: 'fcitx5 starts' }).toBe(true)
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout! }).once('line', resolve)
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`${child.spawnfile} ended with ${code}`)))
  })
}

async function startChromium(user: User, start: Start, link: string): Promise<Page> {
  const data = join(user.home, 'chromium')
  start(process.env['CHROMIUM'] || '/usr/bin/chromium', [
    '--no-sandbox',
    '--disable-gpu',
    '--ozone-platform=x11',
    '--gtk-version=3',
    '--no-first-run',
    '--lang=ja',
    '--accept-lang=ja-JP',
    '--kiosk',
    `--user-data-dir=${data}`,
    '--remote-debugging-port=0',
    'about:blank',
  ])
  const portFile = join(data, 'DevToolsActivePort')
  await expect.poll(() => existsSync(portFile), { message: 'Chromium starts' }).toBe(true)
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${readFileSync(portFile, 'utf8').split('\n')[0]}`)
  const page = browser.contexts()[0]!.pages()[0]!
  page.setDefaultTimeout(PATIENCE_MS)
  await page.addInitScript(markComposition)
  await page.goto(link)
  await expect
    .poll(() => page.evaluate(() => [screenX, screenY, innerWidth, innerHeight]), {
      message: 'the page fills the screen',
    })
    .toEqual([0, 0, size.width, size.height])
  return page
}

/** Shows on the root element whether a composition is open. */
function markComposition(): void {
  const mark = (state: string) => () => document.documentElement.setAttribute('data-composition', state)
  addEventListener('compositionstart', mark('open'), true)
  addEventListener('compositionend', mark('closed'), true)
}

const remote = ({ environment, identity }: User, flag: string) =>
  spawnSync('fcitx5-remote', [flag], { env: environment, ...identity, encoding: 'utf8' })
const isRunning = (user: User): boolean => remote(user, '-n').status === 0
const inputMethod = (user: User): string => remote(user, '-n').stdout.trim()

function handsOf({ environment }: User): Pick<Desktop, 'press' | 'click'> {
  const xdotool = (...args: readonly string[]) => void execFileSync('xdotool', args, { env: environment })
  return {
    press: (...keys) => xdotool('key', '--delay', KEY_DELAY_MS, ...keys),
    click: (x, y) => xdotool('mousemove', '--sync', String(Math.round(x)), String(Math.round(y)), 'click', '1'),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const deadline = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  await ended
  clearTimeout(deadline)
}
