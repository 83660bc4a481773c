import { mkdir, open, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolders } from '../checkpoints/testing/test-support.ts'
import { metricLine, readHistory, rewindHistory, type HistoryFiles } from './history.ts'

const newFolder = temporaryFolders()
const stepLine = (step: number) =>
  `${JSON.stringify({ type: 'step', step, epoch: 0, loss: 1, learningRate: 1, gradientNorm: 1, tokenCount: 1, stepMs: 1 })}\n`
const evaluationLine = (step: number) =>
  `${JSON.stringify({ type: 'evaluation', step, epoch: 0, validationLoss: 1, metrics: {} })}\n`
const answer = `${JSON.stringify({ prompt: 'a', expected: 'b', answer: 'c' })}\n`

async function historyOf(metrics: string): Promise<HistoryFiles> {
  const folder = await newFolder()
  const files = { metrics: join(folder, 'metrics.jsonl'), predictions: join(folder, 'predictions') }
  await mkdir(files.predictions)
  await writeFile(files.metrics, metrics)
  return files
}

describe("a stranger's history", () => {
  it('of very many lines is read while the process does other things', async () => {
    const files = await historyOf(Array.from({ length: 50_000 }, (_, step) => stepLine(step)).join(''))
    let turns = 0
    const count = () => {
      turns++
      timer = setImmediate(count)
    }
    let timer = setImmediate(count)
    const { steps } = await readHistory(files)
    clearImmediate(timer)
    expect(steps.length).toBe(50_000)
    expect(turns).toBeGreaterThanOrEqual(50)
  })

  it('has no answers where their file is too large, and counts it', async () => {
    const files = await historyOf(evaluationLine(1) + evaluationLine(2))
    for (const step of [1, 2]) await writeFile(join(files.predictions, `${step}.jsonl`), answer)
    await truncate(join(files.predictions, '1.jsonl'), 65_000_000)
    const { evaluations, damagedLines } = await readHistory(files)
    expect([evaluations.map(({ samples }) => samples.length), damagedLines]).toEqual([[0, 1], 1])
  })

  it('of one endless line is a damaged line, and its rewind forgets it', async () => {
    const files = await historyOf(stepLine(1))
    const file = await open(files.metrics, 'a')
    for (let part = 0; part < 20; part++) await file.appendFile('x'.repeat(100_000))
    await file.appendFile(`\n${stepLine(2)}`)
    await file.close()
    const { steps, damagedLines } = await readHistory(files)
    expect([steps.map(({ step }) => step), damagedLines]).toEqual([[1, 2], 1])
    await rewindHistory(files, { step: 1, isEvaluated: true })
    const kept = (await readFile(files.metrics, 'utf8')).split('\n').filter(Boolean)
    expect(kept.map((line) => metricLine.parse(line))).toEqual([metricLine.parse(stepLine(1))])
  })

  it('that is too large, or no file, is not rewound and stays', async () => {
    const files = await historyOf(stepLine(1))
    await truncate(files.metrics, 500_000_001)
    await expect(rewindHistory(files, { step: 1, isEvaluated: true })).rejects.toMatchObject({
      error: { code: 'file/too-large' },
    })
    expect((await readHistory(files)).damagedLines).toBe(1)
    await expect(rewindHistory({ ...files, metrics: files.predictions }, null)).rejects.toMatchObject({
      error: { code: 'file/not-regular' },
    })
  })
})
