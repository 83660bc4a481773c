import { join } from 'node:path'
import { ESLint } from 'eslint'
import { expect, it } from 'vitest'
import { japaneseData } from '../eslint.config.js'

const root = join(import.meta.dirname, '..')
const eslint = new ESLint({ cwd: root })
const RULE = 'no-restricted-syntax'

/** Lines of a source that lint refuses as texts outside of texts/. */
async function refused(filePath: string, lines: readonly string[]): Promise<number[]> {
  const [result] = await eslint.lintText(`${lines.join('\n')}\n`, { filePath: join(root, filePath) })
  return result!.messages.filter(({ ruleId }) => ruleId === RULE).map(({ line }) => line)
}

it('lint refuses Japanese texts outside of texts/', { timeout: 60_000 }, async () => {
  const lines = ["const a = '列'", 'const b = `${a}カ`', "const c = '！'", '// 列', "const d = 'é — ○'"]
  for (const room of ['core/host', 'electron/main', 'renderer/ui'])
    expect(await refused(`${room}/probe.ts`, lines)).toEqual([1, 2, 3])
  expect(await refused('renderer/ui/probe.tsx', ['const a = <p>列</p>'])).toEqual([1])
  expect(await refused('texts/ja/probe.ts', lines)).toEqual([])
  expect(await refused('core/host/probe.test.ts', lines)).toEqual([])
})

it('lint lets only sources have Japanese data that do', { timeout: 60_000 }, async () => {
  // Without its exceptions, the rule must find something in each of them.
  const strict = new ESLint({
    cwd: root,
    overrideConfig: {
      rules: {
        [RULE]: [
          'error',
          'Literal[value=/[\\u3005-\\u9fff\\uff01-\\uff5e]/]',
          'TemplateElement[value.raw=/[\\u3005-\\u9fff\\uff01-\\uff5e]/]',
        ],
      },
    },
  })
  const results = await strict.lintFiles(japaneseData)
  const idle = results.filter(({ messages }) => !messages.some(({ ruleId }) => ruleId === RULE))
  expect([results.length, idle.map(({ filePath }) => filePath)]).toEqual([japaneseData.length, []])
})
