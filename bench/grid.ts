import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { end, freshFolders, serve } from '../e2e/support/command.ts'
import { writeTable } from './dataset-files.ts'
import { rounded } from './measure.ts'

interface GridFigures {
  readonly rows: number
  readonly jumps: number
  /** From a jump to the frame that shows real rows. */
  readonly medianMs: number
  readonly slowestMs: number
  /** The longest task of the window's thread while jumping. */
  readonly longestTaskMs: number
}

const ROWS = 1_000_000
const JUMPS = 60

/** A million rows in the real window: jumps all over the table, each until real rows are painted. */
export async function measureGrid(): Promise<GridFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'terakoya-bench-'))
  const host = await serve(freshFolders())
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  try {
    const page = await (await browser.newContext({ locale: 'ja-JP', viewport: { width: 1280, height: 800 } })).newPage()
    await page.goto(host.link)
    await page.getByRole('navigation').first().getByRole('button', { name: 'データセット', exact: true }).click()
    const chooser = page.waitForEvent('filechooser')
    await page.locator('[data-region="list"]').getByRole('button', { name: 'ファイルを取り込む' }).click()
    await (await chooser).setFiles(await writeTable(folder, 'csv', ROWS))
    await page.getByRole('dialog').getByRole('button', { name: '取り込む' }).click()
    await page.locator('[data-region="list"]').getByText('1,000,000 行').waitFor({ timeout: 60_000 })
    await page.getByRole('gridcell').filter({ hasText: '番の質問です' }).first().waitFor()
    const times = await page.evaluate(jumpAround, JUMPS)
    const sorted = [...times.jumps].sort((a, b) => a - b)
    return {
      rows: ROWS,
      jumps: JUMPS,
      medianMs: rounded(sorted[JUMPS / 2] as number),
      slowestMs: rounded(sorted.at(-1) as number),
      longestTaskMs: rounded(times.longestTask),
    }
  } finally {
    await browser.close()
    await end(host.process)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs in the page. */
async function jumpAround(count: number): Promise<{ jumps: number[]; longestTask: number }> {
  const viewport = document.querySelector('[class*="viewport"]') as HTMLElement
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  let longestTask = 0
  new PerformanceObserver((list) =>
    list.getEntries().forEach(({ duration }) => {
      longestTask = Math.max(longestTask, duration)
    }),
  ).observe({ type: 'longtask', buffered: false })
  const jumps: number[] = []
  for (let jump = 0; jump < count; jump++) {
    const before = document.querySelector('[role="row"][aria-rowindex]:nth-child(4)')?.getAttribute('aria-rowindex')
    const start = performance.now()
    viewport.scrollTop = (((jump + 1) * 0.618_034) % 1) * (viewport.scrollHeight - viewport.clientHeight)
    do await frame()
    while (
      document.querySelector('[class*="waiting"]') ||
      document.querySelector('[role="row"][aria-rowindex]:nth-child(4)')?.getAttribute('aria-rowindex') === before
    )
    jumps.push(performance.now() - start)
  }
  return { jumps, longestTask }
}
