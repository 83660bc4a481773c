import { _electron, expect, test as base, type ElectronApplication, type Page } from '@playwright/test'
import { join } from 'node:path'
import { environmentOf, freshFolders, root, type Folders } from './command.ts'
import { textsOf, type Language } from './texts.ts'

export interface LaunchOptions {
  readonly bypassCSP?: boolean
  readonly language?: Language
}

const LAUNCH_TIMEOUT_MS = 30_000
const LAUNCH_ATTEMPTS = 3

/**
 * Starts the desktop application on these folders, in Japanese unless told otherwise. Playwright may attach at the very moment when the page
 * is committed: it misses that and waits for it without end, while the window works. It is then started again.
 */
export async function launchDesktop(folders: Folders, options: LaunchOptions = {}): Promise<ElectronApplication> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await launch(folders, options)
    } catch (error) {
      if (attempt === LAUNCH_ATTEMPTS || !/Timeout/.test(String(error))) throw error
    }
  }
}

function launch(folders: Folders, { bypassCSP = false, language = 'ja' }: LaunchOptions): Promise<ElectronApplication> {
  return _electron.launch({
    executablePath: process.env['ELECTRON'] as string,
    args: ['.', '--no-sandbox', `--lang=${language}`],
    cwd: root,
    bypassCSP,
    timeout: LAUNCH_TIMEOUT_MS,
    // The window's own storage (Chromium's profile) lies under this folder.
    env: { ...environmentOf(folders, language), XDG_CONFIG_HOME: folders.home },
  })
}

/** A running desktop application. */
export interface Desktop {
  readonly app: ElectronApplication
  readonly page: Page
  readonly folders: Folders
  /** Saves what a window shows. */
  readonly picture: (name: string, page?: Page) => Promise<void>
}

/**
 * What the main process asked the user or the system for, in order: dialogs and the file manager are beyond a test's
 * reach.
 */
export interface Asked {
  readonly what: 'message' | 'browser' | 'files'
  readonly text: string
}

/**
 * From now on messages are answered with the button of this index, and nothing outside of the application is opened.
 */
export async function answerMessages(app: ElectronApplication, button: number): Promise<void> {
  await app.evaluate(({ dialog, shell }, response) => {
    const list: Asked[] = []
    Object.assign(globalThis, { asked: list })
    dialog.showMessageBox = (async (
      _window: unknown,
      { message, detail, buttons }: { message: string; detail: string; buttons: string[] },
    ) => {
      list.push({ what: 'message', text: [message, detail, ...buttons].join('\n') })
      return { response, checkboxChecked: false }
    }) as typeof dialog.showMessageBox
    shell.openExternal = async (url) => void list.push({ what: 'browser', text: url })
    shell.showItemInFolder = (path) => void list.push({ what: 'files', text: path })
  }, button)
}

export const asked = (app: ElectronApplication): Promise<readonly Asked[]> =>
  app.evaluate(() => (globalThis as unknown as { asked: Asked[] }).asked)

const ANSWER_TIMEOUT_MS = 3000

/**
 * Evaluates in the first window, also after its page has been lost and opened again: Playwright's own page does not
 * come back. Rejects where no answer comes: Electron never settles what it was asked between the loss of a page and its
 * return.
 */
export const inWindow = <T>(app: ElectronApplication, expression: string): Promise<T> =>
  app.evaluate(
    ({ BrowserWindow }, { code, timeout }) =>
      new Promise((resolve, reject) => {
        setTimeout(() => reject(new Error('the page does not answer')), timeout)
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(code).then(resolve, reject)
      }),
    { code: expression, timeout: ANSWER_TIMEOUT_MS },
  ) as Promise<T>

/** Whether the first window shows the studio. */
export const isShown = (app: ElectronApplication): Promise<boolean> =>
  inWindow(app, 'location.href === "app://studio/" && document.querySelector("nav") !== null')

export const test = base.extend<{ launch: LaunchOptions; desktop: Desktop }>({
  launch: [{}, { option: true }],
  desktop: async ({ launch }, use) => {
    const folders = freshFolders()
    const app = await launchDesktop(folders, launch)
    const page = await app.firstWindow()
    const picture = async (name: string, of = page) =>
      void (await of.screenshot({ path: join(root, 'artifacts', 'screenshots', `electron-${name}.png`) }))
    await expect(page.getByRole('navigation', { name: textsOf(launch.language ?? 'ja')('shell:rooms') })).toBeVisible()
    await use({ app, page, folders, picture })
    await app.close()
  },
})

export { expect }
