import { chromium, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { join } from 'node:path'
import { end, freshFolders, root, serve, type Folders } from './command.ts'
import { launchDesktop } from './desktop.ts'
import { killEngine } from './engine-process.ts'
import { packDesktop } from './packaged.ts'
import { sentence } from './sentence.ts'
import { textsOf, type Language, type Texts } from './texts.ts'

export interface StudioOptions {
  readonly host: 'web' | 'electron' | 'package'
  /** What the system and the browser ask for. */
  readonly language: Language
}

/** A running studio on a fresh library, and what a journey needs of its host. */
export interface Studio {
  readonly page: Page
  readonly folders: Folders
  /** Saves what the window shows. */
  readonly picture: (name: string) => Promise<void>
  readonly resize: (width: number, height: number) => Promise<void>
  /** Does what opens a file dialog, and picks this file in it. */
  readonly pick: (file: string, act: () => Promise<void>) => Promise<void>
  readonly killEngine: () => void
  /** Of a package: ends it, moves it to another folder, starts it there and gives its window. */
  readonly elsewhere: (() => Promise<Page>) | null
  readonly language: Language
  readonly t: Texts
  /** The sentence of an error in the studio's language. */
  readonly sentence: typeof sentence
}

type Opened = Pick<Studio, 'page' | 'resize' | 'pick' | 'elsewhere'> & {
  readonly hostPid: number
  readonly close: () => Promise<void>
}

const size = { width: 1280, height: 800 }
const browserLocales: Readonly<Record<Language, string>> = { ja: 'ja-JP', en: 'en-GB' }

async function openInChromium(folders: Folders, language: Language): Promise<Opened> {
  const host = await serve(folders, { language })
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  const context = await browser.newContext({
    locale: browserLocales[language],
    viewport: size,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  const page = await context.newPage()
  await page.goto(host.link)
  return {
    page,
    hostPid: host.process.pid as number,
    resize: (width, height) => page.setViewportSize({ width, height }),
    elsewhere: null,
    async pick(file, act) {
      const chooser = page.waitForEvent('filechooser')
      await act()
      await (await chooser).setFiles(file)
    },
    async close() {
      await browser.close()
      await end(host.process)
    },
  }
}

async function openInElectron(folders: Folders, language: Language): Promise<Opened> {
  const app = await launchDesktop(folders, { language })
  const page = await app.firstWindow()
  const resize = async (width: number, height: number) => {
    await app.evaluate(
      ({ BrowserWindow }, [w, h]) => BrowserWindow.getAllWindows()[0]?.setContentSize(w as number, h as number),
      [width, height],
    )
  }
  await resize(size.width, size.height)
  return {
    page,
    resize,
    elsewhere: null,
    hostPid: app.process().pid as number,
    pick: async (file, act) => {
      await answerDialog(app, file)
      await act()
    },
    close: () => app.close(),
  }
}

async function openPackage(folders: Folders, language: Language): Promise<Opened> {
  const packed = packDesktop()
  let window = await packed.start(folders, language)
  await window.page.setViewportSize(size)
  return {
    page: window.page,
    resize: (width, height) => window.page.setViewportSize({ width, height }),
    hostPid: window.hostPid,
    pick: () => Promise.reject(new Error("a package's file dialogs are beyond a test's reach")),
    async elsewhere() {
      await window.close()
      packed.move()
      window = await packed.start(folders, language)
      await window.page.setViewportSize(size)
      return window.page
    },
    async close() {
      await window.close()
      packed.remove()
    },
  }
}

const hosts = { web: openInChromium, electron: openInElectron, package: openPackage }

/** The next file dialog is answered with this file: the system's own dialog is beyond a test's reach. */
async function answerDialog(app: ElectronApplication, file: string): Promise<void> {
  await app.evaluate(({ dialog }, path) => {
    dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [path] })
  }, file)
}

export const test = base.extend<StudioOptions & { studio: Studio }>({
  host: ['web', { option: true }],
  language: ['ja', { option: true }],
  studio: async ({ host, language }, use, info) => {
    const folders = freshFolders()
    const opened = await hosts[host](folders, language)
    const faults: string[] = []
    opened.page.on('pageerror', (error) => faults.push(error.message))
    opened.page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) faults.push(message.text())
    })
    const picture = async (name: string) =>
      void (await opened.page.screenshot({
        path: join(root, 'artifacts', 'screenshots', `${info.project.name}-${name}.png`),
      }))
    const t = textsOf(language)
    await expect(opened.page.getByRole('navigation', { name: t('shell:rooms') })).toBeVisible()
    await use({
      ...opened,
      folders,
      picture,
      language,
      t,
      sentence: (code, facts) => sentence(code, facts, language),
      killEngine: () => killEngine(opened.hostPid),
    })
    if (info.status !== info.expectedStatus) await picture(`failed-${info.title.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`)
    await opened.close()
    expect(faults, 'errors in the page').toEqual([])
  },
})

export { expect }
