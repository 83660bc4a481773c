// `npm run test:ime`: types into the table with a real Japanese input method (fcitx5 with Mozc) in Chromium under Xvfb.
// Linux only, not part of `npm test`.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, has, root, run } from './lib/setup.mjs'
import { ensureSystemPackages } from './lib/test-machine.mjs'

const programs = { Xvfb: 'xvfb', 'dbus-daemon': 'dbus', openbox: 'openbox', xdotool: 'xdotool', fcitx5: 'fcitx5' }
const files = { '/usr/lib/mozc/mozc_server': 'fcitx5-mozc' }

if (process.platform !== 'linux') refuse('This test needs Linux: Xvfb, fcitx5 and Mozc.')
ensureInstalled()
const { chromium } = ensureSystemPackages()
ensureInputMethod()
ensureBuilt()
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules', '@playwright/test/cli.js'),
    'test',
    '--config',
    'e2e/ime/playwright.config.ts',
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, CHROMIUM: chromium ?? '' } },
)
process.exit(status ?? 1)

/** Installs what is missing from Debian's or Ubuntu's packages where that is possible; else says what to install. */
function ensureInputMethod() {
  const missing = missingPackages()
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !has('apt-get'))
    refuse(`The test needs these Debian packages; install them first: ${missing.join(', ')}`)
  console.log(`Installing ${missing.join(', ')} (apt-get)…`)
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
  })
  const left = missingPackages()
  if (left.length > 0) refuse(`Not found after the installation: ${left.join(', ')}`)
}

function missingPackages() {
  const lacking = [
    ...Object.entries(programs).filter(([program]) => !has(program)),
    ...Object.entries(files).filter(([file]) => !existsSync(file)),
  ].map(([, name]) => name)
  return hasGtkModule() ? lacking : [...lacking, 'fcitx5-frontend-gtk3']
}

/** True where Chromium's GTK 3 can reach fcitx5. */
function hasGtkModule() {
  return spawnSync('dpkg-query', ['--show', 'fcitx5-frontend-gtk3'], { stdio: 'ignore' }).status === 0
}

function refuse(line) {
  console.error(line)
  process.exit(1)
}
