// Shared set-up of the commands: dependencies and build, each only where it is stale, each said in one line. Node only:
// runs before anything is installed.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const installStamp = join(root, 'node_modules', '.terakoya-install')
export const buildStamp = join(root, 'out', '.terakoya-build')
const SOURCES = ['core', 'electron', 'renderer', 'texts', 'electron.vite.config.ts', 'package-lock.json']

/** Runs a command in the project; its output is shown only when it fails. Exits the process on failure. */
export function run(command, args, { show = false, env = {} } = {}) {
  const shell = process.platform === 'win32'
  const result = spawnSync(command, args, {
    cwd: root,
    stdio: show ? 'inherit' : 'pipe',
    encoding: 'utf8',
    shell,
    env: { ...process.env, ...env },
  })
  if (result.status === 0) return result
  console.error(`${command} ${args.join(' ')}\n${result.stdout ?? ''}${result.stderr ?? ''}${result.error ?? ''}`)
  process.exit(result.status || 1)
}

const say = (line) => console.error(line)
const seconds = (start) => ((performance.now() - start) / 1000).toFixed(1)
const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

/** Installs the dependencies that package-lock.json names, where they are not installed yet. */
export function ensureInstalled() {
  const hash = lockHash()
  if (readStamp(installStamp) === hash) return
  say('部品をインストールしています(初回だけ)… / Installing dependencies (first time only)…')
  const start = performance.now()
  run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'])
  linkCommand()
  writeFileSync(installStamp, hash)
  say(`  ${seconds(start)} s`)
}

/** Makes `npx terakoya` find the command beside the dependencies' own: npm links those of other packages only. */
function linkCommand() {
  const folder = join(root, 'node_modules', '.bin')
  if (process.platform === 'win32')
    writeFileSync(join(folder, 'terakoya.cmd'), '@node "%~dp0\\..\\..\\bin\\terakoya.mjs" %*\r\n')
  else if (!existsSync(join(folder, 'terakoya')))
    symlinkSync(join('..', '..', 'bin', 'terakoya.mjs'), join(folder, 'terakoya'))
}

/** The newest change of any source file, in milliseconds. */
export function newestSourceMs(path = null) {
  if (path === null) return Math.max(...SOURCES.map((name) => newestSourceMs(join(root, name))))
  const found = statSync(path)
  if (!found.isDirectory()) return found.mtimeMs
  return readdirSync(path).reduce(
    (newest, name) => (name === 'fixtures' ? newest : Math.max(newest, newestSourceMs(join(path, name)))),
    found.mtimeMs,
  )
}

/** Builds the studio where a source is newer than the last build. */
export function ensureBuilt() {
  const newest = String(newestSourceMs())
  if (readStamp(buildStamp) === newest) return
  say('スタジオを組み立てています… / Building the studio…')
  const start = performance.now()
  run(process.execPath, [join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js'), 'build'], {
    env: { NODE_ENV: 'production' },
  })
  mkdirSync(dirname(buildStamp), { recursive: true })
  writeFileSync(buildStamp, newest)
  say(`  ${seconds(start)} s`)
}

/** True where a program can be found on the path. */
export function has(program) {
  return spawnSync(process.platform === 'win32' ? 'where' : 'which', [program], { stdio: 'ignore' }).status === 0
}
