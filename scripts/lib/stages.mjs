// Stages of `npm test`: each is a command with a name, whose failure is seen and does not keep others from running.
import { spawn } from 'node:child_process'
import { root } from './setup.mjs'

/** @typedef {{ name: string, command: string, args: string[], env?: Record<string, string> }} Stage */

/**
 * Runs a stage with its output shown as it comes; resolves with whether its command ended with 0.
 * @param {Stage} stage
 */
export async function runStage(stage) {
  console.log(`\n== ${stage.name}`)
  const { ok, summary } = await run(stage, 'inherit')
  console.log(summary)
  return ok
}

/**
 * Runs stages side by side; each one's output is printed as a whole when it ends. Resolves with whether every command
 * ended with 0.
 * @param {readonly Stage[]} stages
 */
export async function runTogether(stages, print = console.log) {
  const results = await Promise.all(
    stages.map(async (stage) => {
      const { ok, output, summary } = await run(stage, 'pipe')
      print(`\n== ${stage.name}\n${output}${summary}`)
      return ok
    }),
  )
  return results.every(Boolean)
}

/** A command that cannot be started has failed like one that ends with another status. */
function run({ name, command, args, env = {} }, output) {
  const start = performance.now()
  const chunks = []
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', output, output], env: { ...process.env, ...env } })
  child.stdout?.on('data', (chunk) => chunks.push(chunk))
  child.stderr?.on('data', (chunk) => chunks.push(chunk))
  return new Promise((resolve) => {
    const end = (ok) =>
      resolve({
        ok,
        output: Buffer.concat(chunks).toString('utf8'),
        summary: `== ${name}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - start) / 1000).toFixed(0)} s`,
      })
    child.once('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`))
      end(false)
    })
    child.once('close', (status) => end(status === 0))
  })
}
