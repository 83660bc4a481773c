import { expect, it } from 'vitest'
import { runTogether } from './stages.mjs'

const stage = (name: string, code: string) => ({ name, command: process.execPath, args: ['-e', code] })

async function told(...stages: Parameters<typeof runTogether>[0]) {
  const printed: string[] = []
  const ok = await runTogether(stages, (text: string) => printed.push(text.replaceAll(/\d+ s$/g, '… s')))
  return { ok, printed: printed.sort() }
}

it('prints what each stage wrote as a whole, on both streams', async () => {
  const writing = (name: string) =>
    stage(name, `for (let i = 0; i < 3; i++) console.log('${name} ' + i); console.error('${name} warns')`)
  const { ok, printed } = await told(writing('a'), writing('b'))
  expect(ok).toBe(true)
  expect(printed.map((text) => text.split('\n').sort())).toEqual(
    ['a', 'b'].map((name) =>
      ['', `${name} 0`, `${name} 1`, `${name} 2`, `${name} warns`, `== ${name}`, `== ${name}: ok, … s`].sort(),
    ),
  )
})

it('tells the failure of one stage beside others that pass', async () => {
  expect(await told(stage('good', ''), stage('bad', 'process.exit(3)'))).toEqual({
    ok: false,
    printed: ['\n== bad\n== bad: FAILED, … s', '\n== good\n== good: ok, … s'],
  })
})

it('fails where a command cannot be started, or is killed', async () => {
  const missing = { name: 'missing', command: '/nowhere/program', args: [] }
  const { ok, printed } = await told(missing, stage('killed', `process.kill(process.pid, 'SIGKILL')`))
  expect([ok, printed]).toEqual([
    false,
    ['\n== killed\n== killed: FAILED, … s', '\n== missing\nspawn /nowhere/program ENOENT\n== missing: FAILED, … s'],
  ])
})
