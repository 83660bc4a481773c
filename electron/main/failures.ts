import { app, dialog, type BrowserWindow, type MessageBoxOptions } from 'electron'
import { text as textsOf, type Language, type Texts } from '../../texts/index.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import { ENGINE_NAME } from './spawn-engine.ts'

export interface FailureContext {
  readonly language: () => Language
  readonly report: ReportBug
}

/** A window that stops a second time within this long does not come back by itself. */
const AGAIN_MS = 60_000

/**
 *   shown ──gone──► shown again ──gone within a minute──► asks: open again, or close
 *     └──unresponsive──► asks: wait, or open again; the question goes when the page responds
 */
export function watchWindow(window: BrowserWindow, { language, report }: FailureContext): void {
  const contents = window.webContents
  const text: WindowText = (key) => textsOf(language()).window[key]
  let lastGoneMs = -Infinity
  let isEnding = false
  let question: AbortController | null = null
  // Not from within the event: Chromium is still taking the old page down.
  const reload = () =>
    setImmediate(() => {
      if (!window.isDestroyed()) contents.reload()
    })

  const askAfterGone = async () => {
    const { response } = await dialog.showMessageBox(window, goneQuestion(text))
    if (window.isDestroyed()) return
    if (response === 0) reload()
    else window.destroy()
  }
  contents.on('render-process-gone', (_, { reason, exitCode }) => {
    question?.abort()
    if (reason === 'clean-exit') return
    if (isEnding) {
      isEnding = false
      return reload()
    }
    report('window', `renderer process gone: ${reason}, exit code ${exitCode}`)
    const isAgain = performance.now() - lastGoneMs < AGAIN_MS
    lastGoneMs = performance.now()
    if (isAgain) void askAfterGone()
    else reload()
  })

  contents.on('unresponsive', () => void askWhileHung())
  contents.on('responsive', () => question?.abort())
  const askWhileHung = async () => {
    if (question) return
    question = new AbortController()
    const { signal } = question
    const { response } = await dialog.showMessageBox(window, { ...hungQuestion(text), signal })
    question = null
    if (response !== 1 || signal.aborted || window.isDestroyed()) return
    isEnding = true
    contents.forcefullyCrashRenderer()
  }
}

type WindowText = (key: keyof Texts['window']) => string

const goneQuestion = (text: WindowText): MessageBoxOptions => ({
  type: 'error',
  message: text('gone'),
  detail: text('goneHelp'),
  buttons: [text('reopen'), text('close')],
  defaultId: 0,
  cancelId: 1,
  noLink: true,
})

const hungQuestion = (text: WindowText): MessageBoxOptions => ({
  type: 'warning',
  message: text('hung'),
  detail: text('hungHelp'),
  buttons: [text('wait'), text('reopen')],
  defaultId: 0,
  cancelId: 0,
  noLink: true,
})

/**
 * Writes down which of Chromium's processes has ended in a bad way. The engine's own end is told by its client, as the
 * run's.
 */
export function watchProcesses(report: ReportBug): void {
  app.on('child-process-gone', (_, { type, name, serviceName, reason, exitCode }) => {
    const isEngine = name === ENGINE_NAME || serviceName === ENGINE_NAME
    if (reason === 'clean-exit' || (isEngine && reason === 'killed')) return
    report('process', `${name ?? serviceName ?? type} gone: ${reason}, exit code ${exitCode}`)
  })
}
