import { hostname } from 'node:os'
import { z } from 'zod'
import { UserError } from '../contract/index.ts'
import { userDataFolder } from '../files/folders.ts'
import { announcedHosts, withdrawHost, type ControlFile } from '../host/control-files.ts'
import { isRunning } from '../host/is-running.ts'
import { parseArguments } from './arguments.ts'

const ANSWER_TIMEOUT_MS = 10_000

/** What another program on that port answers must not reach the terminal. */
const Answer = z.object({ link: z.string().regex(/^http:\/\/127\.0\.0\.1:\d+\/\?token=[0-9a-f]+$/) })

/**
 * `terakoya link [--port NUMBER]`: prints a new one-time link of the host that runs. Throws UserError
 * `web/not-running`, `web/several-hosts` or `cli/usage`.
 */
export async function linkCommand(args: readonly string[]): Promise<number> {
  const { options, rest } = parseArguments(args, ['port'])
  const port = options['port'] === undefined ? null : Number(options['port'])
  if (rest[0] !== undefined || Number.isNaN(port)) throw new UserError('cli/usage', { problem: rest[0] ?? '--port' })
  const folder = userDataFolder()
  const hosts = (await announcedHosts(folder)).filter((host) => port === null || host.port === port)
  const running = await livingHosts(folder, hosts)
  const [host, ...others] = running
  if (!host) throw new UserError('web/not-running')
  if (others.length > 0)
    throw new UserError('web/several-hosts', { ports: running.map((each) => each.port).join(', ') })
  const link = await askForLink(host)
  if (link === null) throw new UserError('web/not-running')
  console.log(link)
  return 0
}

/**
 * The hosts that answer. The file of one that was killed goes; one of another computer that shares this folder cannot
 * be asked from here.
 */
async function livingHosts(folder: string, hosts: readonly ControlFile[]): Promise<ControlFile[]> {
  const living: ControlFile[] = []
  for (const host of hosts) {
    if ((await ask(host, 'GET'))?.status === 204) living.push(host)
    else if (host.computer === hostname() && !isRunning(host.pid)) await withdrawHost(folder, host)
  }
  return living
}

async function askForLink(host: ControlFile): Promise<string | null> {
  const response = await ask(host, 'POST')
  const parsed = response?.ok ? Answer.safeParse(await response.json().catch(() => null)) : null
  return parsed?.success ? parsed.data.link : null
}

const ask = ({ port, secret }: ControlFile, method: 'GET' | 'POST'): Promise<Response | null> =>
  fetch(`http://127.0.0.1:${port}/link`, {
    method,
    redirect: 'manual',
    headers: { authorization: `Bearer ${secret}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  }).catch(() => null)
