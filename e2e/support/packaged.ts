import { chromium, type Browser, type Page } from '@playwright/test'
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { environmentOf, root, type Folders } from './command.ts'
import type { Language } from './texts.ts'

/** The application as it is installed, in a folder of its own. */
export interface Package {
  /** Starts it. It is driven through the DevTools port: a package accepts no debugger of its host. */
  readonly start: (folders: Folders, language: Language) => Promise<PackagedWindow>
  /** Moves it into another folder, as an update or a person does. Not while it runs. */
  readonly move: () => void
  readonly remove: () => void
}

export interface PackagedWindow {
  readonly page: Page
  readonly hostPid: number
  readonly close: () => Promise<void>
}

/** Packs the application (`npm run package`) where a source has changed since, and copies the package. */
export function packDesktop(): Package {
  execFileSync(process.execPath, [join(root, 'scripts', 'package.mjs')], { cwd: root, stdio: 'pipe' })
  const parent = mkdtempSync(join(root, '.cache', 'packaged-'))
  let folder = join(parent, 'first')
  cpSync(join(root, 'dist', 'linux-unpacked'), folder, { recursive: true })
  return {
    start: (folders, language) => start(join(folder, 'terakoya-studio'), folders, language),
    move() {
      const next = join(parent, 'second 寺子屋')
      renameSync(folder, next)
      folder = next
    },
    remove: () => rmSync(parent, { recursive: true }),
  }
}

async function start(program: string, folders: Folders, language: Language): Promise<PackagedWindow> {
  const child = spawn(program, ['--no-sandbox', `--lang=${language}`, '--remote-debugging-port=0'], {
    // Not the project's folder: nothing of it may be needed.
    cwd: join(program, '..'),
    env: { ...environmentOf(folders, language), XDG_CONFIG_HOME: folders.home },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const browser = await chromium.connectOverCDP(await debuggerOf(child))
  const page = await firstPage(browser)
  return {
    page,
    hostPid: child.pid as number,
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // The last window ends the application.
      await page.close()
      await ended
      await browser.close()
    },
  }
}

/** The address on which DevTools listen. Rejects where the program ends first. */
const debuggerOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    const said: string[] = []
    createInterface({ input: child.stderr! }).on('line', (line) => {
      said.push(line)
      const address = /^DevTools listening on (ws:\S+)/.exec(line)?.[1]
      if (address) resolve(address)
    })
    child.once('exit', (code) => reject(new Error(`the package ended with ${code}:\n${said.join('\n')}`)))
  })

async function firstPage(browser: Browser): Promise<Page> {
  const [context] = browser.contexts()
  return context!.pages()[0] ?? (await context!.waitForEvent('page'))
}
