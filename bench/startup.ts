import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, rounded } from './measure.ts'

const TAUGHT = 'RehabCチャンネルは、2014年に開設されたデジタルテクノロジー教育系チャンネルです。'

interface TutorialOutput {
  readonly firstStepSeconds: number
  readonly seconds: number
  readonly after: readonly { readonly answer: string }[]
}

/**
 * The whole command as a newcomer runs it, in a library of its own: seconds from its start to the first step, and to
 * its end.
 */
export async function measureStartup() {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  try {
    const start = performance.now()
    const env = { ...process.env, TERAKOYA_LIBRARY: join(folder, 'library'), TERAKOYA_HOME: join(folder, 'home') }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'bin', 'terakoya.mjs'), 'tutorial', '--json'],
      { encoding: 'utf8', env, maxBuffer: 2 ** 26 },
    )
    const totalSeconds = (performance.now() - start) / 1000
    if (status !== 0) throw new Error(`the tutorial failed: ${stderr.trim()}`)
    const { firstStepSeconds, seconds, after } = JSON.parse(stdout) as TutorialOutput
    const taught = after.filter(({ answer }) => answer === TAUGHT).length
    return {
      firstStepSeconds: rounded(firstStepSeconds, 2),
      trainingSeconds: rounded(seconds, 2),
      totalSeconds: rounded(totalSeconds, 2),
      taughtAnswers: taught,
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
