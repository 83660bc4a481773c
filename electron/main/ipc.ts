import { dialog, ipcMain, type BrowserWindow } from 'electron'
import { stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute } from 'node:path'
import { z } from 'zod'
import { fail, ok, toAppError, UserError, type PickedFile, type Result } from '../../core/contract/index.ts'
import { toReadError } from '../../core/files/read-error.ts'
import type { ReportBug } from '../../core/host/error-log.ts'
import type { PathGrants } from '../../core/host/path-grants.ts'
import type { Studio } from '../../core/host/studio.ts'
import { channels } from '../preload/channels.ts'
import { openOutside } from './outside.ts'
import type { Windows } from './windows.ts'

export interface Ends {
  readonly windows: Windows
  readonly studio: Studio
  readonly grants: PathGrants
  readonly report: ReportBug
}

const Extension = z.string().regex(/^[\w.-]{1,20}$/)
const Path = z.string().max(32_767)

/** Connects the windows to the studio: one handler a channel, whichever window calls. */
export function connectWindows({ windows, studio, grants, report }: Ends): void {
  const handle = handlerOf(windows, report)

  studio.on((name, payload) => windows.send(name, payload))
  handle(
    channels.call,
    z.object({ name: z.string().max(200), input: z.unknown() }),
    async (_, { name, input }) => grants.refusal(name, input, studio) ?? studio.dispatch(name, input),
  )

  handle(channels.pickFile, z.object({ extensions: z.array(Extension).max(100) }), async (window, { extensions }) => {
    const {
      filePaths: [path],
    } = await dialog.showOpenDialog(window, {
      properties: ['openFile'],
      filters: [
        { name: extensions.join(', '), extensions },
        { name: '*', extensions: ['*'] },
      ],
    })
    return ok(path === undefined ? null : await describe(grants.add(path, 'read')))
  })
  handle(channels.pickFolder, z.undefined(), async (window) => {
    const {
      filePaths: [path],
    } = await dialog.showOpenDialog(window, { properties: ['openDirectory', 'createDirectory'] })
    return ok(path === undefined ? null : grants.add(path, 'folder'))
  })
  // The path comes from a File that the user dropped: a page cannot make one up, the preload asks Electron for it.
  handle(channels.adoptFile, z.object({ path: Path, name: z.string().max(1000) }), async (_, { path, name }) => {
    if (!isAbsolute(path)) return fail('file/not-picked', { file: name })
    if (await isFolder(path)) grants.add(path, 'folder')
    return ok(await describe(grants.add(path, 'read')))
  })
  handle(channels.pickSave, z.object({ suggestedName: z.string().max(1000) }), async (window, { suggestedName }) => {
    const { filePath } = await dialog.showSaveDialog(window, { defaultPath: basename(suggestedName) })
    return ok(filePath ? { target: grants.add(filePath, 'write') } : null)
  })
  handle(channels.openOutside, Path, (_, target) => {
    const picked = dirname(target)
    return openOutside(target, [studio.libraryFolder(), ...(grants.has(picked, 'folder') ? [picked] : [])])
  })
}

/**
 * What answers a channel: our own page only, with an input as the schema says; whatever goes wrong comes back as data.
 */
function handlerOf(windows: Windows, report: ReportBug) {
  return <S extends z.ZodType>(
    channel: string,
    schema: S,
    work: (window: BrowserWindow, input: z.output<S>) => Promise<Result<unknown>>,
  ) => {
    ipcMain.handle(channel, async (event, input: unknown): Promise<Result<unknown>> => {
      try {
        const window = windows.ofSender(event)
        if (!window) return fail('call-refused', { call: channel })
        const parsed = schema.safeParse(input)
        if (parsed.success) return await work(window, parsed.data)
        const issue = parsed.error.issues[0]
        return fail('call-invalid', { call: channel, path: issue?.path.join('.') ?? '', problem: issue?.message ?? '' })
      } catch (error) {
        if (error instanceof UserError) return { ok: false, error: toAppError(error) }
        return fail('internal', { message: report(channel, error) })
      }
    })
  }
}

/** A folder is dropped to be used as one. */
const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )

async function describe(path: string): Promise<PickedFile> {
  const { size } = await stat(path).catch((error: unknown) => {
    throw toReadError(error, basename(path))
  })
  return { path, name: basename(path), sizeBytes: size }
}
