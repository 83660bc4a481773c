import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Language } from './texts.ts'

/** The project's folder: journeys run from there. */
export const root = join(import.meta.dirname, '..', '..')
const program = join(root, 'bin', 'terakoya.mjs')

/** Where one test keeps its files: nothing of the machine's user is read or written. */
export interface Folders {
  readonly library: string
  readonly home: string
}

/** Fresh, empty folders. */
export function freshFolders(): Folders {
  const folder = mkdtempSync(join(tmpdir(), 'terakoya-e2e-'))
  return { library: join(folder, 'library'), home: join(folder, 'home') }
}

const systemLocales: Readonly<Record<Language, string>> = { ja: 'ja_JP.UTF-8', en: 'en_GB.UTF-8' }

/** The environment of a studio on these folders. */
export function environmentOf({ library, home }: Folders, language: Language = 'ja'): Record<string, string> {
  const inherited = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== 'NODE_OPTIONS',
  )
  return {
    ...Object.fromEntries(inherited),
    LANG: systemLocales[language],
    LC_ALL: '',
    LC_MESSAGES: '',
    TERAKOYA_LIBRARY: library,
    TERAKOYA_HOME: home,
    HF_HOME: join(home, 'hugging-face'),
  }
}

/** Runs `terakoya …` to its end. */
export function terakoya(
  folders: Folders,
  ...args: readonly string[]
): { readonly exitCode: number | null; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: root,
    env: environmentOf(folders),
    encoding: 'utf8',
    maxBuffer: 64e6,
  })
  return { exitCode: status, stdout, stderr: withoutBuildNotice(stderr) }
}

/** Where a source has changed since the build, the program builds first and says so. */
const withoutBuildNotice = (stderr: string): string => stderr.replace(/^.*Building the studio….*\n {2}[\d.]+ s\n/m, '')

/** Starts `terakoya serve`; resolves with the process and the link that it prints. Rejects where it ends first. */
export async function serve(
  folders: Folders,
  { port = 0, language = 'ja' }: { readonly port?: number; readonly language?: Language } = {},
): Promise<{ readonly process: ChildProcess; readonly link: string }> {
  const child = spawn(process.execPath, [program, 'serve', '--port', String(port), '--library', folders.library], {
    cwd: root,
    env: environmentOf(folders, language),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const link = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('http://')) resolve(line.trim())
    })
    child.once('exit', (code) => reject(new Error(`terakoya serve ended with ${code}`)))
  })
  return { process: child, link }
}

/** Ends a process as Ctrl+C does and waits for it. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
}
