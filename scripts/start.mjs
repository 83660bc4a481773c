// `npm start`: installs and builds what is missing, then opens the studio: in Electron where it can be had and there is
// a display, else in the browser.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './lib/setup.mjs'

const DOWNLOAD_LIMIT_MS = 300_000

ensureInstalled()
ensureBuilt()

const electron = hasDisplay() ? electronBinary() : null
const child = electron
  ? spawn(electron, [root, ...sandboxFlags()], { stdio: 'inherit', cwd: root })
  : spawn(process.execPath, [join(root, 'bin', 'terakoya.mjs'), 'serve', ...process.argv.slice(2)], {
      stdio: 'inherit',
      cwd: root,
    })
if (!electron)
  console.error('ブラウザーで次のリンクを開いてください(終了は Ctrl+C)。 / Open this link in a browser (Ctrl+C ends):')
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Chromium's sandbox cannot be set up by root. */
function sandboxFlags() {
  return process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
}

/**
 * The Electron program: what ELECTRON_OVERRIDE_DIST_PATH names, or the package's own, downloaded at the first start;
 * null where it cannot be had.
 */
function electronBinary() {
  const folder = join(createRequire(join(root, 'package.json')).resolve('electron/package.json'), '..')
  const name =
    process.platform === 'win32'
      ? 'electron.exe'
      : process.platform === 'darwin'
        ? 'Electron.app/Contents/MacOS/Electron'
        : 'electron'
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  if (override) return existsSync(join(override, name)) ? join(override, name) : null
  const installed = () => {
    const pathFile = join(folder, 'path.txt')
    const binary = existsSync(pathFile)
      ? join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
      : join(folder, 'dist', name)
    return existsSync(binary) ? binary : null
  }
  if (installed()) return installed()
  console.error('Electron を入手しています(初回だけ)… / Getting Electron (first time only)…')
  spawnSync(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore', timeout: DOWNLOAD_LIMIT_MS })
  if (!installed())
    console.error(
      'Electron を入手できないため、ブラウザーで開きます。 / Electron cannot be downloaded; the studio opens in the browser instead.',
    )
  return installed()
}
